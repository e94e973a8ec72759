import type { TileAddress } from '../raster/warp.ts';

export const TILE_SIDE_PX = 256;
export const TILE_PX = TILE_SIDE_PX * TILE_SIDE_PX;

/** Nodata of value tiles. */
export const TILE_NODATA = -32768;

export const TILE_FORMATS = ['png', 'webp', 'bin'] as const;
export type TileFormat = (typeof TILE_FORMATS)[number];

export const MEDIA_TYPES: Readonly<Record<TileFormat, string>> = {
  png: 'image/png',
  webp: 'image/webp',
  bin: 'application/octet-stream',
};

/** Whether a client unpacks gzip, by its `Accept-Encoding` (RFC 9110, 12.5.3). */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  return String(header ?? '')
    .split(',')
    .map((wish) => wish.replaceAll(/\s/g, '').toLowerCase())
    .some((wish) => /^gzip(;|$)/.test(wish) && !/;q=0(\.0*)?$/.test(wish));
}

const MAX_ZOOM = 24;

/**
 * Reads the last three parts of a tile address, such as `14`, `8323` and `7742.png`; only plain decimal numbers count.
 * A sentence instead says what is wrong with it.
 */
export function parseTileAddress(parts: {
  readonly z: string;
  readonly x: string;
  readonly file: string;
}): { tile: TileAddress; format: TileFormat } | string {
  const dot = parts.file.lastIndexOf('.');
  const format = TILE_FORMATS.find((name) => name === parts.file.slice(dot + 1));
  if (dot < 0 || format === undefined) return `A tile ends in .${TILE_FORMATS.join(', .')}; got "${parts.file}".`;
  const z = parseWhole(parts.z);
  if (z === null || z > MAX_ZOOM) return `The zoom is a whole number from 0 to ${MAX_ZOOM}; got "${parts.z}".`;
  const x = parseWhole(parts.x);
  const yText = parts.file.slice(0, dot);
  const y = parseWhole(yText);
  const side = 2 ** z;
  if (x !== null && y !== null && x < side && y < side) return { tile: { z, x, y }, format };
  return `Column and row at zoom ${z} are whole numbers from 0 to ${side - 1}; got "${parts.x}" and "${yText}".`;
}

function parseWhole(text: string): number | null {
  return /^(?:0|[1-9]\d{0,7})$/.test(text) ? Number(text) : null;
}
