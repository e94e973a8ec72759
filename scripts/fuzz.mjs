// Harms TIFFs in known ways and reads them with our reader: see scripts/fuzz/.
import { join } from 'node:path';
import { checkNode, installPackages, root, run } from './setup.mjs';

checkNode();
installPackages();
run(process.execPath, [join(root, 'scripts/build.mjs'), 'pipeline']);
run(process.execPath, [join(root, 'dist/scripts/fuzz/fuzz.entry.js'), ...process.argv.slice(2)]);
