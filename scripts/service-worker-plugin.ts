import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'vite';

/**
 * Makes `sw.js`, which lets the page start without its server: one file of its own, with the list of all the page is made
 * of and a version that changes whenever one of them does.
 */
export function serviceWorker(entry: string): Plugin {
  let publicDir = '';
  return {
    name: 'service-worker',
    apply: 'build',
    configResolved(config) {
      publicDir = config.publicDir;
    },
    generateBundle: {
      order: 'post',
      async handler(_, bundle) {
        const made = Object.values(bundle).filter(({ fileName }) => !fileName.endsWith('.map'));
        const copied = readdirSync(publicDir, { recursive: true, encoding: 'utf8' }).filter((name) =>
          /\.\w+$/.test(name),
        );
        const hash = createHash('sha256');
        for (const file of made.toSorted((one, other) => (one.fileName < other.fileName ? -1 : 1)))
          hash.update(file.fileName).update(file.type === 'chunk' ? file.code : file.source);
        for (const name of copied.toSorted()) hash.update(name).update(readFileSync(join(publicDir, name)));
        const pages = made.map(({ fileName }) => (fileName === 'index.html' ? '/' : `/${fileName}`));
        const source = await bundleWorker(entry, {
          CANOPY_FILES: JSON.stringify([...pages, ...copied.map((name) => `/${name}`)].sort()),
          CANOPY_VERSION: JSON.stringify(hash.digest('hex').slice(0, 16)),
        });
        this.emitFile({ type: 'asset', fileName: 'sw.js', source });
      },
    },
  };
}

async function bundleWorker(entry: string, define: Record<string, string>): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    define,
  });
  return outputFiles[0]!.text;
}
