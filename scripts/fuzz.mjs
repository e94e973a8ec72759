// Harms files in known ways and reads them with our readers: TIFFs, see scripts/fuzz/, or with `parcels` as the first word
// parcel files, see scripts/fuzz/parcels/.
import { join } from 'node:path';
import { checkNode, installPackages, root, run } from './setup.mjs';

checkNode();
installPackages();
run(process.execPath, [join(root, 'scripts/build.mjs'), 'pipeline']);
const [kind, ...rest] = process.argv.slice(2);
const program = kind === 'parcels' ? 'parcels/parcels.entry.js' : 'fuzz.entry.js';
run(process.execPath, [
  join(root, 'dist/scripts/fuzz', program),
  ...(kind === 'parcels' ? rest : process.argv.slice(2)),
]);
