// The README's first command: makes the demo twin, runs the main job on it and shows the results on the map until Ctrl-C.
// With --check it compares them with the demo's written truth instead and exits 0 or 1; --no-serve ends after the run.
// --seed N makes another landscape.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { buildPrograms, checkNode, installPackages, root, run } from './setup.mjs';

const args = process.argv.slice(2);
const isCheck = args.includes('--check');
const seedAt = args.indexOf('--seed');
const seed = seedAt >= 0 ? args[seedAt + 1] : undefined;
const flags = ['--check', '--no-serve', '--seed'];
const known = args.every((arg, index) => flags.includes(arg) || (index > 0 && args[index - 1] === '--seed'));
if (!known || (seedAt >= 0 && !/^\d+$/.test(seed ?? ''))) {
  console.error('Usage: npm run demo [-- --check | --no-serve] [-- --seed N], N a whole number.');
  process.exit(2);
}

checkNode();
installPackages();
buildPrograms();
// Another seed lives in a folder of its own, beside the settings it shares.
const demo = seed === undefined ? join(root, 'data/demo') : join(root, 'data/cache', `demo-${seed}`);
const results = join(root, 'data/out', seed === undefined ? 'demo' : `demo-${seed}`);
console.log('\n1. The demo twin: a synthetic landscape with a known truth.');
run(process.execPath, [
  join(root, 'dist/scripts/demo/make.entry.js'),
  '--out',
  demo,
  ...(seed === undefined ? [] : ['--seed', seed]),
]);
console.log('\n2. The main job: scenes and parcels to results.');
run(process.execPath, [
  join(root, 'scripts/canopy.mjs'),
  'monitor',
  '--project',
  join(demo, 'project.json'),
  '--out',
  results,
]);
if (isCheck) {
  console.log('\n3. The results against the truth.');
  run(process.execPath, [join(root, 'dist/scripts/demo/check.entry.js'), '--demo', demo, '--results', results]);
} else {
  console.log(
    `\nThe results of the synthetic demo twin are in ${relative(process.cwd(), results) || results}: parcels.csv, observations.csv and the map layers in layers/.`,
  );
  if (!args.includes('--no-serve')) await showMap();
}

/** Serves the results and opens them where there is a desktop; ends with Ctrl-C. */
async function showMap() {
  const port = await freePort();
  console.log('\n3. The map.');
  const flags = ['--port', String(port), '--open'];
  const server = spawn(process.execPath, [join(root, 'scripts/canopy.mjs'), 'serve', results, ...flags], {
    cwd: root,
    stdio: 'inherit',
  });
  // A terminal sends Ctrl-C to the server too, and a second one would cut its end short; others send it to us alone.
  process.on('SIGINT', () => setTimeout(() => server.kill('SIGINT'), 2000).unref());
  process.on('SIGTERM', () => server.kill('SIGTERM'));
  const code = await new Promise((resolve) => {
    server.on('error', (error) => {
      console.error(`The server could not be started: ${error.message}`);
      resolve(1);
    });
    server.on('exit', (status) => resolve(status ?? 1));
  });
  if (code === 0)
    console.log(
      `\nThe map is closed. To see it again: npx canopy serve ${relative(process.cwd(), results) || results}`,
    );
  process.exitCode = code;
}

/** 4600, or the first free one after it. */
async function freePort() {
  for (let port = 4600; port < 4700; port += 1) if (await isFree(port)) return port;
  return 0;
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
