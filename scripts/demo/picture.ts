import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import proj4 from 'proj4';
import sharp from 'sharp';
import { openCog, readWindow } from '../../pipeline/cog/read.ts';
import { openFileSource } from '../../pipeline/cog/source.ts';
import { epsgOf, type Grid } from '../../shared/grid.ts';
import { colourOf, LAND_COVER_COLOURS, RAMPS, type Ramp, type RampName, type Rgb } from '../../shared/ramps.ts';
import { ndviOf } from './spectra.ts';

/** An image of a grid before it is written: 3 bytes a pixel, row by row. */
export interface Picture {
  readonly grid: Grid;
  readonly rgb: Uint8Array;
  /** What the colours mean; null for a photograph-like picture. */
  readonly ramp: Ramp | null;
}

const NO_DATA: Rgb = [205, 205, 205];

interface Plane {
  readonly grid: Grid;
  readonly values: ArrayLike<number>;
  readonly valid: Uint8Array;
}

async function readPlanes(path: string): Promise<Plane[]> {
  const source = await openFileSource(path);
  try {
    const cog = await openCog(source);
    const { grid, samplesPerPixel } = cog.header;
    if (grid === null)
      throw new Error(`${path} does not say where it lies: a picture needs a north-up UTM or lon/lat grid.`);
    const window = { col: 0, row: 0, widthPx: grid.widthPx, heightPx: grid.heightPx };
    const planes: Plane[] = [];
    for (let sample = 0; sample < samplesPerPixel; sample++) {
      const { data, valid } = await readWindow(cog, { level: 0, window, sample });
      planes.push({ grid, values: data, valid });
    }
    return planes;
  } finally {
    await source.close();
  }
}

/** A result or labelled layer: three bands as they are, one band through the ramp, classes in their colours. */
export async function pictureOfLayer(path: string, style: RampName | 'land-cover', scale = 1): Promise<Picture> {
  const planes = await readPlanes(path);
  const first = planes[0]!;
  const colour = (i: number): Rgb | null => {
    if (first.valid[i] === 0) return null;
    if (planes.length >= 3) return [first.values[i]!, planes[1]!.values[i]!, planes[2]!.values[i]!];
    if (style === 'land-cover') return LAND_COVER_COLOURS[first.values[i]!] ?? null;
    return colourOf(RAMPS[style], first.values[i]! * scale);
  };
  const ramp = planes.length >= 3 || style === 'land-cover' ? null : RAMPS[style];
  return paint(first.grid, colour, ramp);
}

interface ItemForm {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly assets: Readonly<Record<string, { readonly href: string }>>;
}

/** A scene of the demo catalogue, from its item file: in true colour (gamma 1.33, 0.26 is white) or as NDVI. */
export async function pictureOfScene(itemPath: string, kind: 'true-color' | 'ndvi'): Promise<Picture> {
  const item = JSON.parse(readFileSync(itemPath, 'utf8')) as ItemForm;
  const late = Number(item.properties['s2:processing_baseline']) >= 4;
  const offset = late && item.properties['earthsearch:boa_offset_applied'] === false ? 1000 : 0;
  const read = async (name: string) => {
    const asset = item.assets[name];
    if (asset === undefined) throw new Error(`${itemPath} has no asset "${name}".`);
    return (await readPlanes(join(dirname(itemPath), asset.href)))[0]!;
  };
  const planes = await Promise.all((kind === 'ndvi' ? ['red', 'nir'] : ['red', 'green', 'blue']).map(read));
  const reflectance = (band: number, i: number) => (planes[band]!.values[i]! - offset) / 10_000;
  const stretch = (value: number) => Math.round(255 * Math.min(1, Math.max(0, value / 0.26)) ** 0.75);
  const colour = (i: number): Rgb | null => {
    if (planes.some((plane) => plane.valid[i] === 0)) return null;
    if (kind === 'ndvi') return colourOf(RAMPS.ndvi, ndviOf(reflectance(0, i), reflectance(1, i)));
    return [stretch(reflectance(0, i)), stretch(reflectance(1, i)), stretch(reflectance(2, i))];
  };
  return paint(planes[0]!.grid, colour, kind === 'ndvi' ? RAMPS.ndvi : null);
}

function paint(grid: Grid, colour: (i: number) => Rgb | null, ramp: Ramp | null): Picture {
  const rgb = new Uint8Array(grid.widthPx * grid.heightPx * 3);
  for (let i = 0; i < rgb.length / 3; i++) rgb.set(colour(i) ?? NO_DATA, i * 3);
  return { grid, rgb, ramp };
}

/** Outlines of a GeoJSON file of polygons as SVG paths in the picture's pixels. */
function drawParcels(path: string, grid: Grid): string {
  const utm = `+proj=utm +zone=${epsgOf(grid.crs) % 100} ${epsgOf(grid.crs) >= 32700 ? '+south ' : ''}+datum=WGS84 +units=m`;
  const [a, , c, , e, f] = grid.transform;
  const pixel = ([lon, lat]: number[]) => {
    const [x, y] = proj4('WGS84', utm, [lon!, lat!]) as [number, number];
    return `${((x - c) / a).toFixed(1)} ${((y - f) / e).toFixed(1)}`;
  };
  const { features } = JSON.parse(readFileSync(path, 'utf8')) as {
    features: { geometry: { type: string; coordinates: number[][][] | number[][][][] } }[];
  };
  const rings = features.flatMap(({ geometry }) =>
    geometry.type === 'Polygon'
      ? (geometry.coordinates as number[][][])
      : (geometry.coordinates as number[][][][]).flat(),
  );
  const line = rings.map((ring) => `M${ring.map(pixel).join('L')}Z`).join('');
  return `<path d="${line}" fill="none" stroke="#fff" stroke-width="2.4"/><path d="${line}" fill="none" stroke="#111" stroke-width="1"/>`;
}

const MARGIN_PX = 16;
const FOOT_PX = 74;

/** Writes the picture as PNG with a title, a scale bar, the ramp's legend and the words about its origin. */
export async function savePicture(
  picture: Picture,
  out: string,
  words: { title: string; origin: string; parcels?: string | undefined },
): Promise<void> {
  const { grid, rgb, ramp } = picture;
  const width = grid.widthPx + 2 * MARGIN_PX;
  const top = 44;
  const height = grid.heightPx + top + FOOT_PX;
  const overlay = words.parcels === undefined ? '' : drawParcels(words.parcels, grid);
  const foot = top + grid.heightPx;
  const kmPx = 1000 / grid.transform[0];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans, Verdana, sans-serif" fill="#222">
<text x="${MARGIN_PX}" y="28" font-size="18" font-weight="bold">${escapeText(words.title)}</text>
<svg x="${MARGIN_PX}" y="${top}" width="${grid.widthPx}" height="${grid.heightPx}">${overlay}</svg>
<rect x="${width - MARGIN_PX - kmPx}" y="${foot + 14}" width="${kmPx}" height="5"/>
<text x="${width - MARGIN_PX - kmPx}" y="${foot + 36}" font-size="13">1 km</text>
<text x="${MARGIN_PX}" y="${height - 9}" font-size="12" fill="#555">${escapeText(words.origin)}</text>
${ramp === null ? '' : drawLegend(ramp, foot + 12)}</svg>`;
  const image = await sharp(rgb, { raw: { width: grid.widthPx, height: grid.heightPx, channels: 3 } })
    .png()
    .toBuffer();
  await sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite([
      { input: image, left: MARGIN_PX, top },
      { input: Buffer.from(svg), left: 0, top: 0 },
    ])
    .png()
    .toFile(out);
}

function drawLegend(ramp: Ramp, y: number): string {
  const barPx = 260;
  const stops = ramp.colours
    .map((c, k) => `<stop offset="${(k / (ramp.colours.length - 1)) * 100}%" stop-color="rgb(${c.join(',')})"/>`)
    .join('');
  const middle = (ramp.low + ramp.high) / 2;
  const label = (at: number, value: number, anchor: string) =>
    `<text x="${MARGIN_PX + at * barPx}" y="${y + 29}" font-size="12" text-anchor="${anchor}">${Number(value.toFixed(2))}</text>`;
  return `<defs><linearGradient id="ramp">${stops}</linearGradient></defs>
<rect x="${MARGIN_PX}" y="${y}" width="${barPx}" height="14" fill="url(#ramp)" stroke="#777" stroke-width="0.5"/>
${label(0, ramp.low, 'start')}${label(0.5, middle, 'middle')}${label(1, ramp.high, 'end')}
<text x="${MARGIN_PX + barPx + 12}" y="${y + 12}" font-size="13">${escapeText(ramp.title)}</text>
<rect x="${MARGIN_PX + barPx + 12}" y="${y + 20}" width="12" height="10" fill="rgb(${NO_DATA.join(',')})"/>
<text x="${MARGIN_PX + barPx + 29}" y="${y + 29}" font-size="12">no data</text>`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
