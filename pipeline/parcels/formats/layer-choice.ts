import { CanopyError } from '../../../shared/errors.ts';
import { counted, shownList, shownText } from './findings.ts';
import type { ReadOptions } from './format.ts';

/** Of a list for people. */
const NAMED_AT_MOST = 20;
/** Of a list to choose from: a refusal must not become as large as the file. */
const OFFERED_AT_MOST = 200;
const LONGEST_NAME = 255;

/**
 * The layer to read (`what` its format calls one): the only one, or `options.layer`. Throws E_PARCELS_LAYER with the names
 * that can be chosen, 200 at most, where there are several or none of that name.
 */
export function findChoice(
  what: 'layer' | 'shapefile',
  layers: readonly string[],
  { name, layer }: ReadOptions,
): string {
  if (layers.length === 1 && layer === null) return layers[0]!;
  const choosable = [...new Set(layers)].filter(canBeChosen);
  if (layer !== null && choosable.includes(layer)) return layer;
  const said = layer === null ? '' : `, but not "${shownText(layer)}"`;
  const rest = layers.filter((each) => !canBeChosen(each)).length;
  const unfit =
    rest === 0
      ? ''
      : ` ${counted(rest, 'of them cannot be chosen: its name is', 'of them cannot be chosen: their names are')} longer than ${LONGEST_NAME} characters or hold control characters; rename what you need.`;
  const message = `${name} holds ${counted(layers.length, what, `${what}s`)}${said}: ${shownList(layers, NAMED_AT_MOST)}.${unfit} Say which one to read.`;
  const fields = { layers: choosable.slice(0, OFFERED_AT_MOST) };
  throw new CanopyError({ kind: 'input', code: 'E_PARCELS_LAYER', message, where: name, fields });
}

/** Whether a person can name it on any way in: at a terminal, in an address, in a form. */
function canBeChosen(layer: string): boolean {
  return layer.length <= LONGEST_NAME && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(layer);
}
