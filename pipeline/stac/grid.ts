import { inputError } from '../../shared/errors.ts';
import type { Affine, Grid } from '../../shared/grid.ts';
import { asArray, asNumber, asText, type JsonObject } from './json.ts';

/** Edge length in cells that no satellite product reaches: more is a damaged item. */
const MAX_SIDE_PX = 1_000_000;

/**
 * The grid that an asset states itself or inherits from its item (`proj:epsg` or `proj:code`, `proj:transform` of 6 or 9
 * numbers, `proj:shape` as rows, columns). Null when a part is missing everywhere; throws `E_ITEM_GRID` when one is
 * wrong, rotated or south-up.
 */
export function parseGrid(asset: JsonObject, properties: JsonObject, where: string): Grid | null {
  const epsg = epsgOf(asset) ?? epsgOf(properties);
  const transform = numbersOf(asset['proj:transform']) ?? numbersOf(properties['proj:transform']);
  const shape = numbersOf(asset['proj:shape']) ?? numbersOf(properties['proj:shape']);
  if (epsg === null || transform === null || shape === null) return null;
  const [a, b, c, d, e, f, ...last] = transform;
  const finite = transform.every(Number.isFinite);
  const lastRowOk = last.length === 0 || (last.length === 3 && last[0] === 0 && last[1] === 0 && last[2] === 1);
  if (
    !finite ||
    a === undefined ||
    b !== 0 ||
    c === undefined ||
    d !== 0 ||
    e === undefined ||
    f === undefined ||
    !lastRowOk
  ) {
    throw badGrid(`proj:transform [${transform.join(', ')}] is rotated or not 6 or 9 numbers`, where);
  }
  if (!(a > 0) || !(e < 0)) throw badGrid(`proj:transform [${transform.join(', ')}] is not north-up`, where);
  const [heightPx = 0, widthPx = 0, ...rest] = shape;
  if (rest.length > 0 || !isSide(heightPx) || !isSide(widthPx)) {
    throw badGrid(`proj:shape [${shape.join(', ')}] is not a number of rows and of columns`, where);
  }
  const affine: Affine = [a, 0, c, 0, e, f];
  return { crs: `EPSG:${epsg}`, transform: affine, widthPx, heightPx };
}

function epsgOf(object: JsonObject): number | null {
  const code = /^EPSG:(\d{4,6})$/i.exec(asText(object['proj:code']) ?? '')?.[1];
  const epsg = code === undefined ? asNumber(object['proj:epsg']) : Number(code);
  return epsg !== null && Number.isInteger(epsg) && epsg > 0 ? epsg : null;
}

function numbersOf(value: unknown): number[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  // A text or null among the numbers becomes NaN and is refused with the rest of the grid, not taken for absence.
  return asArray(value).map((entry) => asNumber(entry) ?? Number.NaN);
}

function isSide(cells: number): boolean {
  return Number.isInteger(cells) && cells > 0 && cells <= MAX_SIDE_PX;
}

function badGrid(what: string, where: string) {
  return inputError('E_ITEM_GRID', `Item ${where}: ${what}; wanted a north-up grid. Leave this item out.`, where);
}

/** The MGRS tile or Landsat path and row that an item belongs to, such as `33TWL` or `170055`; null where none is given. */
export function tileCodeOf(properties: JsonObject): string | null {
  const mgrs =
    /^MGRS-(\w+)$/.exec(asText(properties['grid:code']) ?? '')?.[1] ??
    asText(properties['s2:mgrs_tile']) ??
    mgrsParts(properties, 'mgrs:utm_zone', 'mgrs:latitude_band', 'mgrs:grid_square') ??
    mgrsParts(properties, 'sentinel:utm_zone', 'sentinel:latitude_band', 'sentinel:grid_square') ??
    /_T(\d{2}[C-X][A-Z]{2})_/.exec(asText(properties['sentinel:product_id']) ?? '')?.[1];
  if (mgrs !== undefined && /^\d{1,2}[C-X][A-Z]{2}$/.test(mgrs)) return mgrs.padStart(5, '0');
  const path = Number(properties['landsat:wrs_path'] ?? Number.NaN);
  const row = Number(properties['landsat:wrs_row'] ?? Number.NaN);
  if (!(path > 0 && path < 1000 && row > 0 && row < 1000)) return null;
  return String(path).padStart(3, '0') + String(row).padStart(3, '0');
}

function mgrsParts(properties: JsonObject, zone: string, band: string, square: string): string | undefined {
  const parts = [properties[zone], properties[band], properties[square]];
  return parts.every((part) => part !== undefined) ? parts.join('') : undefined;
}

/**
 * Names a source grid in `[A-Za-z0-9_-]`: tile, CRS, cell size and, where it is not 0, the phase of the origin within
 * a cell: `33TWL-32633-10m`, `33TWM-32633-120m-x60y60`. Scenes with one key lie whole cells apart. Without a tile the
 * whole grid is spelt out: `32636-30m-x819105y832185-143x148`.
 */
export function gridKeyOf(grid: Grid, tile: string | null): string {
  const [a, , c, , e, f] = grid.transform;
  const epsg = grid.crs.slice('EPSG:'.length);
  const unit = /^4\d{3}$/.test(epsg) ? '' : 'm';
  const cell = a === -e ? `${plain(a)}${unit}` : `${plain(a)}x${plain(-e)}${unit}`;
  if (tile === null) return `${epsg}-${cell}-x${plain(c)}y${plain(f)}-${grid.widthPx}x${grid.heightPx}`;
  const phaseX = phaseOf(c, a);
  const phaseY = phaseOf(f, -e);
  const phase = phaseX === 0 && phaseY === 0 ? '' : `-x${plain(phaseX)}y${plain(phaseY)}`;
  return `${tile}-${epsg}-${cell}${phase}`;
}

/** Origin modulo cell size in [0, cell), with what floating point adds or takes at the ends rounded away. */
function phaseOf(origin: number, cell: number): number {
  const cells = origin / cell;
  const fraction = cells - Math.floor(cells + 1e-6);
  return Math.abs(fraction) < 1e-6 ? 0 : fraction * cell;
}

/** A number without a dot: at most 9 decimals, `p` for the point. */
function plain(value: number): string {
  return String(Number(value.toFixed(9))).replace('.', 'p');
}
