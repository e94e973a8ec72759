import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromFile } from 'geotiff';
import type { Browser, Page } from 'playwright-core';
import proj4 from 'proj4';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { colourOf, RAMPS, type Ramp } from '../../shared/ramps.ts';
import { openBrowser } from '../browser.ts';
import { demoResults } from '../demo-results.ts';
import { makeEdgeResults } from './edge-results.ts';
import {
  type Colour,
  coloursAt,
  distance,
  type LonLat,
  openMap,
  PREPARE_MS,
  pointOf,
  serveViewer,
  showView,
  type Viewer,
} from './viewer-page.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(() => browser?.close());

/** Where the demo is looked at closely: a cell of 10 m is 8.5 pixels wide there. */
const CLOSE = { lat: 9.8385, lon: 1.5535, zoom: 16 };
const AT = `?parcels=off&at=${CLOSE.lat},${CLOSE.lon},${CLOSE.zoom}`;
const GROUND = proj4('+proj=utm +zone=31 +datum=WGS84', 'EPSG:4326');

interface Cell {
  readonly place: LonLat;
  /** NaN where the layer has none. */
  readonly value: number;
}

describe('colours of the map', () => {
  let viewer: Viewer;
  let results: string;
  let page: Page;

  beforeAll(async () => {
    results = (await demoResults()).results;
    viewer = await serveViewer(results);
    page = (await openMap(browser, viewer, `${AT}&layer=none`)).page;
  }, PREPARE_MS);

  afterAll(async () => {
    await page?.context().close();
    await viewer?.kill();
  });

  for (const { layer, kind, scale } of [
    { layer: 'ndvi-period', kind: 'ndvi', scale: 0.0001 },
    { layer: 'change-period', kind: 'change', scale: 0.0001 },
    { layer: 'clear-count-baseline', kind: 'clear-count', scale: 1 },
  ] as const) {
    it(`shows 24 cells of ${layer} in the colours that the COG's values have on the ramp`, async () => {
      const cells = await cellsOf(results, layer, scale);
      expect(cells).toHaveLength(24);
      await showView(page, `${AT}&layer=${layer}`);
      expectColours(await coloursAt(page, placesOf(cells)), cells, RAMPS[kind]);
    });
  }

  it('follows another ramp, range and threshold at the same 24 cells', async () => {
    const cells = await cellsOf(results, 'ndvi-period', 0.0001);
    await showView(page, `${AT}&layer=none`);
    const ground = await coloursAt(page, placesOf(cells));
    const middle = cells.map(({ value }) => value).sort((a, b) => a - b)[12]!;
    await showView(page, `${AT}&layer=ndvi-period&colour.ndvi=viridis,0.2..0.7,${middle.toFixed(4)}..`);
    const shown = await coloursAt(page, placesOf(cells));
    const viridis = { ...RAMPS['clear-count'], low: 0.2, high: 0.7 };
    const isDrawn = ({ value }: Cell) => value >= Number(middle.toFixed(4));
    expect(cells.filter(isDrawn).length).toBeGreaterThan(8);
    expectColours(
      shown.filter((_, i) => isDrawn(cells[i]!)),
      cells.filter(isDrawn),
      viridis,
    );
    for (const [i, cell] of cells.entries())
      if (!isDrawn(cell)) expect(distance(shown[i]!, ground[i]!)).toBeLessThanOrEqual(1);
  });

  it('draws nothing where a layer has no data', async () => {
    const beyond: LonLat[] = [
      [1.5915, 9.84],
      [1.5925, 9.845],
    ];
    const at = '?parcels=off&at=9.84,1.588,14&layer=';
    await showView(page, `${at}none`);
    const ground = await coloursAt(page, beyond);
    await showView(page, `${at}ndvi-period`);
    const inside = await coloursAt(page, [[1.585, 9.84]]);
    expect(await coloursAt(page, beyond)).toEqual(ground);
    expect(distance(inside[0]!, ground[0]!)).toBeGreaterThan(10);
  });
});

describe('parcels on the raster', () => {
  let folder: string;
  let viewer: Viewer;
  let page: Page;
  let edges: Awaited<ReturnType<typeof makeEdgeResults>>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'canopy-edges-'));
    edges = await makeEdgeResults(folder);
    viewer = await serveViewer(edges.results);
    page = (await openMap(browser, viewer, '?layer=none', { viewport: { width: 1100, height: 640 } })).page;
  }, PREPARE_MS);

  afterAll(async () => {
    await page?.context().close();
    await viewer?.kill();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  it('puts the four edges of a cleared field on its parcel’s outline, within one pixel at the layer’s own zoom', async () => {
    // At zoom 13 a pixel of the screen is a pixel of the finest tiles.
    const apart = await edgesApart(13);
    expect(apart).toHaveLength(12);
    expect(Math.max(...apart.map(Math.abs))).toBeLessThanOrEqual(1);
  });

  it('keeps them within one cell of 10 m when looked at almost six times as close', async () => {
    const apart = await edgesApart(15.5);
    expect(Math.max(...apart.map(Math.abs))).toBeLessThanOrEqual(6);
  });

  /** Screen pixels between the raster's edge and the outline's middle, at three places of each edge. */
  async function edgesApart(zoom: number): Promise<number[]> {
    const [lon, lat] = edges.middle;
    const at = `?at=${lat.toFixed(6)},${lon.toFixed(6)},${zoom}&layer=change-period`;
    await showView(page, `${at}&parcels=off`);
    const lines = await Promise.all(edges.crossings.map(([from, to]) => lineOf(page, from, to)));
    const raster = await pictureOf(page);
    // Nothing of the raster is left by this threshold, and still fills stay faint as over a raster.
    await showView(page, `${at}&colour.change=loss-gain,-0.5..0.5,9..`);
    const outline = await pictureOf(page);
    await showView(page, `${at}&parcels=off&colour.change=loss-gain,-0.5..0.5,9..`);
    const ground = await pictureOf(page);
    return lines.map((line) => stepOf(line, raster) - strokeOf(line, outline, ground));
  }
});

function placesOf(cells: readonly Cell[]): LonLat[] {
  return cells.map(({ place }) => place);
}

function expectColours(shown: readonly Colour[], cells: readonly Cell[], ramp: Ramp): void {
  const wrong = cells.flatMap(({ place, value }, i) => {
    const wanted = colourOf(ramp, value)!;
    const apart = distance(shown[i]!, wanted);
    return apart <= 3 ? [] : [`${place}: value ${value}, wanted ${wanted}, shown ${shown[i]}`];
  });
  expect(wrong).toEqual([]);
}

/** 24 cells with data round `CLOSE`, their centres and values read by geotiff.js, clear of the lines of longitude and latitude. */
async function cellsOf(results: string, layer: string, scale: number): Promise<Cell[]> {
  const name = readdirSync(join(results, 'layers')).find((file) => file.startsWith(layer) && file.endsWith('.tif'))!;
  const image = await (await fromFile(join(results, 'layers', name))).getImage();
  const [left, top] = image.getOrigin() as [number, number];
  const [cellM] = image.getResolution() as [number];
  const nodata = image.getGDALNoData();
  const data = (await image.readRasters({ interleave: true })) as unknown as ArrayLike<number>;
  const [x, y] = GROUND.inverse([CLOSE.lon, CLOSE.lat]) as [number, number];
  const found: Cell[] = [];
  for (let i = 0; found.length < 24; i++) {
    const col = Math.floor((x - left) / cellM) - 36 + ((i * 29) % 73);
    const row = Math.floor((top - y) / cellM) - 26 + ((i * 17) % 53);
    const place = GROUND.forward([left + (col + 0.5) * cellM, top - (row + 0.5) * cellM]) as [number, number];
    const stored = data[row * image.getWidth() + col]!;
    if (stored !== nodata && isBetweenLines(place)) found.push({ place, value: stored * scale });
    if (i > 500) break;
  }
  return found;
}

/** Lines are drawn at multiples of 0.001° or more. */
function isBetweenLines(place: LonLat): boolean {
  return place.every((deg) => Math.abs(deg * 1000 - Math.round(deg * 1000)) > 0.05);
}

interface Picture {
  readonly data: Buffer;
  readonly widthPx: number;
}

async function pictureOf(page: Page): Promise<Picture> {
  const { data, info } = await sharp(await page.screenshot())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, widthPx: info.width };
}

type Point = readonly [x: number, y: number];

/** Pixels from one place to another, in steps of a quarter of a pixel. */
async function lineOf(page: Page, from: LonLat, to: LonLat): Promise<Point[]> {
  const [start, end] = [await pointOf(page, from), await pointOf(page, to)];
  const steps = Math.round(4 * Math.hypot(end.x - start.x, end.y - start.y));
  return Array.from({ length: steps + 1 }, (_, i) => [
    start.x + ((end.x - start.x) * i) / steps,
    start.y + ((end.y - start.y) * i) / steps,
  ]);
}

function colourAt({ data, widthPx }: Picture, [x, y]: Point): Colour {
  const at = 3 * (Math.floor(y) * widthPx + Math.floor(x));
  return [data[at]!, data[at + 1]!, data[at + 2]!];
}

/** Where along the line, in pixels, the colour goes from that of its start to that of its end. */
function stepOf(line: readonly Point[], picture: Picture): number {
  const [start, end] = [colourAt(picture, line[0]!), colourAt(picture, line.at(-1)!)];
  expect(distance(start, end)).toBeGreaterThan(60);
  const isEnd = (point: Point) => distance(colourAt(picture, point), end) < distance(colourAt(picture, point), start);
  return line.findIndex(isEnd) / 4;
}

/** The middle of the outline along the line, in pixels: the centre of all that differs from the ground without it. */
function strokeOf(line: readonly Point[], outline: Picture, ground: Picture): number {
  const fill = distance(colourAt(outline, line[0]!), colourAt(ground, line[0]!));
  const weights = line.map((point) =>
    Math.max(0, distance(colourAt(outline, point), colourAt(ground, point)) - Math.max(fill, 24)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  expect(sum).toBeGreaterThan(0);
  return weights.reduce((total, weight, i) => total + weight * i, 0) / sum / 4;
}
