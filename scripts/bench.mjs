// Measures the main job and the block reader on this machine: see scripts/bench/.
import { join } from 'node:path';
import { buildPrograms, checkNode, installPackages, root, run } from './setup.mjs';

checkNode();
installPackages();
buildPrograms();
run(process.execPath, [join(root, 'dist/scripts/demo/make.entry.js')]);
run(process.execPath, [join(root, 'dist/scripts/bench/bench.entry.js'), ...process.argv.slice(2)]);
