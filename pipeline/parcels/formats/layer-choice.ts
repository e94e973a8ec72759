import { CanopyError } from '../../../shared/errors.ts';
import type { ReadOptions } from './format.ts';

/** Of a list for people; programs get all of them. */
const NAMED_AT_MOST = 20;

/** That a file with these layers (what its format calls them) does not say which one is meant: E_PARCELS_LAYER with their names. */
export function wrongLayer(
  what: 'layer' | 'shapefile',
  layers: readonly string[],
  { name, layer }: ReadOptions,
): CanopyError {
  const said = layer === null ? '' : `, but not "${layer}"`;
  const names = layers.slice(0, NAMED_AT_MOST).join(', ');
  const message = `${name} holds ${layers.length} ${what}${layers.length === 1 ? '' : 's'}${said}: ${names}. Say which one to read.`;
  return new CanopyError({ kind: 'input', code: 'E_PARCELS_LAYER', message, where: name, fields: { layers } });
}
