// Hands out many empty units through a real Redis and PostgreSQL and says how fast: see scripts/simulate/.
import { join } from 'node:path';
import { checkNode, installPackages, root, run } from './setup.mjs';

checkNode();
installPackages();
run(process.execPath, [join(root, 'scripts/build.mjs'), 'pipeline']);
run(process.execPath, [join(root, 'dist/scripts/simulate/simulate.entry.js'), ...process.argv.slice(2)]);
