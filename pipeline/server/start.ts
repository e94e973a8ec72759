import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { childEnvironment, offlineEnvironment } from '../config.ts';
import type { ServeConfig } from '../config-serve.ts';
import { createImporter } from '../run/import-parcels.ts';
import { folderOperations } from '../run/operations-folder.ts';
import { openRegister, registerFolder } from '../run/register.ts';
import { databaseOperations } from '../store/operations-source.ts';
import { createApp } from './app.ts';
import { openResults } from './current-results.ts';
import { DASHBOARD_PATH } from './dashboard.ts';
import { createRenderPool } from './render-pool.ts';

/** A server that is ready to listen. */
export interface Server {
  /** Listens on 127.0.0.1; resolves to the port, which the system chooses for 0. Rejects where it is taken. */
  listen(port: number): Promise<number>;
  /** Ends connections and children. */
  close(): Promise<void>;
}

/** Each child takes some 100 MB; tiles come fast enough from a few. */
const MOST_CHILDREN = 4;

/** Loads the results and sets up everything that serves them. Throws as `loadResults` does. */
export async function startServer(
  config: Pick<ServeConfig, 'dir' | 'basemap' | 'remoteScenes' | 'allowHosts' | 'redisUrl' | 'databaseUrl'> &
    Partial<Pick<ServeConfig, 'registerDir' | 'layersDir' | 'suggestionsFile'>>,
  say: (line: string) => void,
): Promise<Server> {
  const { dir, basemap, remoteScenes, redisUrl, databaseUrl } = config;
  const source = await openResults(dir, { basemap, remoteScenes, say, mayBeEmpty: databaseUrl !== null });
  const operations = databaseUrl === null ? folderOperations(dir) : databaseOperations(databaseUrl);
  const dashboard = redisUrl === null ? null : await openQueueDashboard(redisUrl);
  const hosts = basemap === null ? [] : [new URL(basemap.tiles.replaceAll(/[{}]/g, '')).origin];
  const size = Math.min(MOST_CHILDREN, availableParallelism());
  const env = remoteScenes ? childEnvironment(config.allowHosts) : offlineEnvironment();
  const pool = createRenderPool({ size, env });
  const register = openRegister({ url: databaseUrl, folder: config.registerDir ?? registerFolder(dir) });
  const importer = createImporter();
  const eligibility = await openLayersOf(config);
  const app = await createApp({
    current: source.current,
    render: (task) => pool.run(task),
    concurrency: size,
    hosts,
    operations,
    hasDatabase: databaseUrl !== null,
    dashboard,
    register,
    importer,
    assess: eligibility?.assess ?? null,
    suggestionsFile: config.suggestionsFile ?? suggestionsFile(dir),
    say,
  });
  return {
    listen: async (port) => {
      await app.listen({ host: '127.0.0.1', port });
      return (app.server.address() as AddressInfo).port;
    },
    close: async () => {
      await app.close();
      await register.close();
      await importer.close();
      await eligibility?.close();
      await pool.close();
      await source.close();
      await operations.close();
      await dashboard?.close();
    },
  };
}

/** Land that canopy suggest found for a results folder, where it lies by default. */
function suggestionsFile(results: string): string {
  return `${results.replace(/[\\/]+$/, '')}-suggestions.geojson`;
}

/** A wrong folder is told before the server listens. */
async function openLayersOf({ dir, layersDir }: Pick<ServeConfig, 'dir'> & Partial<Pick<ServeConfig, 'layersDir'>>) {
  if (layersDir === undefined || layersDir === null) return null;
  const { openEligibility } = await import('../run/eligibility.ts');
  return openEligibility({ layersDir, resultsDir: existsSync(join(dir, 'run.json')) ? dir : null });
}

/** Its packages take half a second to load, for who wants them. */
async function openQueueDashboard(redisUrl: string) {
  const { openDashboard } = await import('../queue/dashboard.ts');
  return openDashboard(redisUrl, DASHBOARD_PATH);
}
