// Builds the pipeline and the TypeScript chores with esbuild into dist/: one bundle per entry, shared code split off,
// npm packages left outside so that each is loaded only by the command that needs it.
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const entries = [
  'pipeline/main.ts',
  'pipeline/run/child.ts',
  'pipeline/run/database-thread.ts',
  ...readdirSync(join(root, 'scripts'), { recursive: true })
    .filter((file) => file.endsWith('.entry.ts'))
    .map((file) => join('scripts', file)),
].filter((file) => existsSync(join(root, file)));

rmSync(join(root, 'dist'), { recursive: true, force: true });
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
