// Experiments on accuracy with known truth: see scripts/accuracy/ and docs/accuracy.md.
import { join } from 'node:path';
import { checkNode, installPackages, root, run } from './setup.mjs';

checkNode();
installPackages();
run(process.execPath, [join(root, 'scripts/build.mjs'), 'pipeline']);
run(process.execPath, [join(root, 'dist/scripts/accuracy/accuracy.entry.js'), ...process.argv.slice(2)]);
