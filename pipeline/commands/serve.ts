import { once } from 'node:events';
import { CanopyError } from '../../shared/errors.ts';
import { readServeConfig, type ServeConfig } from '../config-serve.ts';
import { openPage } from '../server/open-page.ts';
import { startServer } from '../server/start.ts';
import { isViewerBuilt, VIEWER_MISSING } from '../server/viewer-files.ts';
import type { Command } from './command.ts';

const USAGE = `canopy serve DIR [--port N]

Shows the results of a run in the browser: the map, parcels and series, with an API (/api), OGC API Features (/ogc),
tiles (/tiles) and the files themselves (/files). Only this machine can reach it, and nothing is fetched from elsewhere
unless one of these asks for it:

  --basemap URL              tiles of a background map, such as https://tiles.example.org/{z}/{x}/{y}.png
  --basemap-attribution TEXT whose map that is; has to be given with it
  --remote-scenes            reads pictures of single dates from scenes behind https
  --allow-host HOST:PORT     lets those pictures come from this host, plain http and loopback included; may be repeated

Parcels that are drawn or imported go into a register, every version of them with author and reason:

  --register FOLDER          where it lies; default is the folder DIR-register, which new results leave alone. With
                             --database it lies in that database. One process may have a folder open at a time.
  --layers DIR               COGs with their STAC items, by which a drawn parcel is judged as eligible or not
  --suggestions FILE         land found by canopy suggest, to draw from (default DIR-suggestions.geojson if it is there)

The page "Operations" shows the run that goes on in the folder, and of a fleet:

  --database postgres://…    all its runs, out of its database (or CANOPY_DATABASE_URL)
  --redis redis://…          its queue in detail, to look at only, at /queues

  --port N                   default 4600; 0 takes any free one
  --open                     opens the page in the browser
  --json                     prints {"url", "port"} on standard output once the server listens

Ends with Ctrl-C. A run that changes the folder meanwhile is shown within seconds; so is the first run of a folder.
For a supervisor: /health/live, /health/ready and Prometheus figures at /metrics.
Exit codes: 0 ended by Ctrl-C or SIGTERM · 1 failed · 2 wrong use.`;

export const serveCommand: Command = {
  name: 'serve',
  usage: USAGE,
  async run(argv, { stdout, stderr, env, signal }) {
    const config = readServeConfig(argv, env);
    const say = (line: string) => stderr(`${line}\n`);
    const server = await startServer(config, say);
    try {
      if (!isViewerBuilt()) say(VIEWER_MISSING);
      const port = await listen(server.listen, config);
      const url = `http://127.0.0.1:${port}/`;
      if (config.json) stdout(`${JSON.stringify({ url, port })}\n`);
      say(`Serving ${config.dir} at ${url} (Ctrl-C ends it).`);
      if (config.open) openPage(url, env);
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      await server.close();
    }
    return 0;
  },
};

async function listen(start: (port: number) => Promise<number>, { port }: ServeConfig): Promise<number> {
  try {
    return await start(port);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const why = code === 'EADDRINUSE' ? 'is in use by another program' : 'may not be used without more rights';
    const message = `Port ${port} ${why}. Choose another with --port N, or any free one with --port 0.`;
    throw new CanopyError({ kind: 'resource', code: 'E_PORT', message }, { cause: error });
  }
}
