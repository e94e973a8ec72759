import { join } from 'node:path';
import { sharedData } from './real-data.ts';

/** Ten Sentinel-2 scenes of five dates and 124 parcels in the Alps. */
export const alps = join(sharedData, 'data/s2-alps');

const places = ['--parcels', join(alps, 'parcels.geojson'), '--catalog', join(alps, 'catalog.json')];

/** The run of all five dates. */
export function alpsArgs(out: string, ...more: string[]): string[] {
  const periods = ['--baseline', '2023-08-10/2023-08-13', '--period', '2023-08-15/2023-08-20'];
  return ['monitor', ...places, ...periods, '--out', out, ...more];
}

/** The same parcels on one clear date a period: the same 8 units and 18 layers, in less time. */
export function shortAlpsArgs(out: string, ...more: string[]): string[] {
  const periods = ['--baseline', '2023-08-13/2023-08-13', '--period', '2023-08-15/2023-08-15', '--min-clear', '1'];
  return ['monitor', ...places, ...periods, '--out', out, ...more];
}
