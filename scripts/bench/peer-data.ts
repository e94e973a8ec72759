import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PYTHON, peerScript, whatIsMissing } from './peers.ts';

/** Written last: what is in the folder is complete. */
const STAMP = 'READY';
/** Of every part of the data one file that nothing works without. */
const SOME_OF_THEM = ['t1_B04.tif', 't2_SCL.tif', 'ndvi_f32_10m.tif', 'stack_nir_11.tif', 'parcels_10k.geojson'];

/**
 * The folder with the peers' inputs: two dates of a Sentinel-2 tile, a stack of 12 dates, parcels; 1.8 GB, the same on
 * every machine. Made when it is not there yet, and kept. A sentence instead says why it cannot be had.
 */
export function findPeerData(folder: string): { readonly path: string } | string {
  const path = resolve(folder);
  if (existsSync(join(path, STAMP))) return { path };
  const script = peerScript('gen.py');
  if (!existsSync(script)) return `there is no ${script}, which makes their input`;
  const missing = whatIsMissing('osgeo', 'numpy');
  if (missing !== '') return `their input cannot be made: ${missing}`;
  console.log(`Making the peers' input in ${path}: 1.8 GB, a minute or two …`);
  mkdirSync(path, { recursive: true });
  const { status, stderr } = spawnSync(PYTHON, [script], { env: { ...process.env, DATA: path }, encoding: 'utf8' });
  const lost = SOME_OF_THEM.find((name) => !existsSync(join(path, name)));
  if (status === 0 && lost === undefined) {
    writeFileSync(join(path, STAMP), '');
    return { path };
  }
  const why = lost !== undefined && status === 0 ? `it wrote no ${lost}` : stderr.trimEnd().split('\n').at(-1);
  return `${script} failed: ${why}`;
}
