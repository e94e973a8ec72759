// The README's first command: makes the demo twin, runs the main job on it and says where the results are.
// With --check it compares them with the demo's written truth and exits 0 or 1. --seed N makes another landscape.
import { join, relative } from 'node:path';
import { buildPrograms, checkNode, installPackages, root, run } from './setup.mjs';

const args = process.argv.slice(2);
const isCheck = args.includes('--check');
const seedAt = args.indexOf('--seed');
const seed = seedAt >= 0 ? args[seedAt + 1] : undefined;
const known = args.every(
  (arg, index) => arg === '--check' || arg === '--seed' || (index > 0 && args[index - 1] === '--seed'),
);
if (!known || (seedAt >= 0 && !/^\d+$/.test(seed ?? ''))) {
  console.error('Usage: npm run demo [-- --check] [-- --seed N], N a whole number.');
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
}
