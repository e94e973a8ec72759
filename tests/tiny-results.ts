import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '../pipeline/server/start.ts';
import { cellsOf, makeTinyCatalog, type TinyScene, writeParcels } from './tiny-catalog.ts';
import { measureTiny } from './tiny-run.ts';

/** Ids that are dangerous or awkward in HTML, addresses, spreadsheets, CSV and JSON. */
export const HOSTILE_IDS = [
  '<img src=x onerror=alert(1)>',
  'a/b?c=d#e%2Ff',
  '=HYPERLINK("http://evil.example")',
  'comma, "quote" and \'apostrophe\'',
  '../../etc/passwd',
  `${'漢'.repeat(255)}!`,
  '__proto__',
];

const DAYS = ['2023-01-05', '2023-01-10', '2023-01-15', '2023-02-05', '2023-02-10', '2023-02-15'];
const GROUND = { mgrsTile: '31PAA', epsg: 32631, x: 499_500, y: 1_083_000, widthPx: 100, heightPx: 60 } as const;
const CELLS = 24;

/** Parcels that are measured, among them the hostile ids; after them one outside every scene and two refused ones. */
export const MEASURED = CELLS;
export const TINY_PARCELS = CELLS + 3;
/** The last feature has no id of its own and is called by its row, as another one is already. */
export const REPEATED_ID = `row-${TINY_PARCELS}`;
export const REPEATED = 8;

/**
 * The results of a small run with all there is: 6 dates, one of them cloudy in the west, 24 parcels of 10 × 10 cells in
 * rows of 8 that touch one another, a twin with a boundary, refused parcels. `out` lies in `folder`.
 */
export async function makeTinyResults(folder: string): Promise<string> {
  const scenes = DAYS.map((day, i): TinyScene => {
    const nir = (col: number, row: number) => (i < 3 ? 3500 : 1000 + 25 * col + 10 * row);
    const mask = (col: number) => (i === 1 && col < 12 ? 9 : 4);
    return { ...GROUND, day, nir, mask };
  });
  const catalog = await makeTinyCatalog(join(folder, 'scenes'), scenes);
  const out = join(folder, 'results');
  const project = writeProject(folder);
  const periods = { baseline: '2023-01-01/2023-01-31', period: '2023-02-01/2023-02-28' };
  const more = ['--project', project];
  await measureTiny({ parcels: writeTinyParcels(folder), catalog: catalog.path, out, ...periods, more });
  return out;
}

function writeTinyParcels(folder: string): string {
  const path = join(folder, 'parcels.geojson');
  const parcels = Array.from({ length: CELLS }, (_, i) => {
    const cells = { col: 10 + 10 * (i % 8), row: 10 + 10 * Math.floor(i / 8), widthPx: 10, heightPx: 10 };
    return { id: HOSTILE_IDS[i] ?? (i === REPEATED ? REPEATED_ID : `P-${i + 1}`), ...cellsOf(GROUND, cells) };
  });
  writeParcels(path, parcels);
  const document = JSON.parse(readFileSync(path, 'utf8')) as { features: object[] };
  const area = (id: string, ring: number[][]) => ({
    type: 'Feature',
    properties: { id },
    geometry: { type: 'Polygon', coordinates: [ring] },
  });
  document.features.push(
    area('far', square(10, 40, 0.01)),
    area('bow-tie', [
      [3, 9.7],
      [3.01, 9.71],
      [3.01, 9.7],
      [3, 9.71],
      [3, 9.7],
    ]),
    { ...area('', square(3, 9.7, 0.01)), properties: {} },
  );
  writeFileSync(path, JSON.stringify(document));
  return path;
}

function square(lon: number, lat: number, side: number): number[][] {
  return [
    [lon, lat],
    [lon + side, lat],
    [lon + side, lat + side],
    [lon, lat + side],
    [lon, lat],
  ];
}

const PROFILE = Object.fromEntries(
  ['population', 'emissionsPerPersonT', 'areaHa', 'gdpPerCapitaUsd', 'rainfallMm', 'temperatureC'].map((name, i) => [
    name,
    { value: 100 * (i + 1), year: 2020, source: 'a test' },
  ]),
);

function writeProject(folder: string): string {
  const boundary = { type: 'Polygon', coordinates: [square(2, 0, 0.1)] };
  writeFileSync(join(folder, 'boundary.geojson'), JSON.stringify(boundary));
  const path = join(folder, 'project.json');
  const region = (id: string) => ({ id, name: `Region ${id}`, profile: PROFILE });
  const project = {
    id: 'tiny',
    name: 'Tiny twin',
    synthetic: true,
    twin: { sinks: [{ ...region('sink'), boundary: 'boundary.geojson' }], sources: [region('source')] },
    parcels: 'parcels.geojson',
    catalog: 'scenes/catalog.json',
    periods: {
      baseline: { start: '2023-01-01', end: '2023-01-31' },
      monitoring: { start: '2023-02-01', end: '2023-02-28' },
    },
  };
  writeFileSync(path, JSON.stringify(project));
  return path;
}

export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** What it has said to its operator. */
  readonly said: string[];
  close(): Promise<void>;
}

/** The server of a results folder on a port of its own. */
export async function serveFolder(
  dir: string,
  more: { readonly redisUrl?: string; readonly databaseUrl?: string; readonly layersDir?: string } = {},
): Promise<TestServer> {
  const said: string[] = [];
  const { redisUrl = null, databaseUrl = null, layersDir = null } = more;
  const options = { dir, basemap: null, remoteScenes: false, allowHosts: [], redisUrl, databaseUrl, layersDir };
  const server = await startServer(options, (line) => said.push(line));
  const port = await server.listen(0);
  return { url: `http://127.0.0.1:${port}`, port, said, close: server.close };
}
