// Kills, stops, starves and empties what runs stand on, and checks what is left of them: see scripts/chaos/.
import { join } from 'node:path';
import { checkNode, installPackages, root, run } from './setup.mjs';

checkNode();
installPackages();
run(process.execPath, [join(root, 'scripts/build.mjs'), 'pipeline']);
run(process.execPath, [join(root, 'dist/scripts/chaos/chaos.entry.js'), ...process.argv.slice(2)]);
