// Builds the pipeline and the TypeScript chores with esbuild into dist/: one bundle per entry, shared code split off,
// npm packages left outside so that each is loaded only by the command that needs it. Then the viewer with vite into
// dist/viewer, its files compressed beforehand. `pipeline` or `viewer` as argument builds only that part.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const entries = [
  'pipeline/main.ts',
  'pipeline/run/child.ts',
  'pipeline/run/import-child.ts',
  'pipeline/server/render-child.ts',
  ...filesBelow('pipeline', '-thread.ts'),
  ...filesBelow('scripts', '.entry.ts'),
];

const part = process.argv[2];
if (part === undefined) rmSync(join(root, 'dist'), { recursive: true, force: true });
if (part !== 'viewer') await buildPipeline();
if (part !== 'pipeline') await buildViewer();

function filesBelow(folder, ending) {
  const files = readdirSync(join(root, folder), { recursive: true });
  return files.filter((file) => file.endsWith(ending)).map((file) => join(folder, file));
}

async function buildPipeline() {
  const { build } = await import('esbuild');
  for (const folder of ['pipeline', 'scripts']) rmSync(join(root, 'dist', folder), { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: 'dist',
    outbase: '.',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
  });
  const migrations = join(root, 'pipeline/store/migrations');
  if (existsSync(migrations)) cpSync(migrations, join(root, 'dist/migrations'), { recursive: true });
  console.log(`Built ${entries.length} programs into dist/.`);
}

async function buildViewer() {
  const { build } = await import('vite');
  await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
  const folder = join(root, 'dist/viewer');
  const texts = readdirSync(folder, { recursive: true }).filter((file) => /\.(js|mjs|css|html|svg)$/.test(file));
  for (const file of texts) {
    const bytes = readFileSync(join(folder, file));
    writeFileSync(join(folder, `${file}.gz`), gzipSync(bytes, { level: 9 }));
    writeFileSync(
      join(folder, `${file}.br`),
      brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }),
    );
  }
  console.log(`Built the viewer into dist/viewer/ (${texts.length} files).`);
}
