// Measures this project beside other tools on this machine: see scripts/bench/ and docs/benchmarks.md.
import { join } from 'node:path';
import { buildPrograms, checkNode, installPackages, root, run } from './setup.mjs';

checkNode();
installPackages();
buildPrograms();
const args = process.argv.slice(2);
const isWhole = args.every((arg, i) => arg.startsWith('-') || args[i - 1]?.startsWith('--'));
if (isWhole || ['monitor', 'viewer', 'fleet', 'costs'].some((part) => args.includes(part))) {
  run(process.execPath, [join(root, 'dist/scripts/demo/make.entry.js')]);
}
run(process.execPath, [join(root, 'dist/scripts/bench/bench.entry.js'), ...args]);
