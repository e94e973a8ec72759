import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cellsOf, makeTinyCatalog, type TinyParcel, writeParcels } from '../../tiny-catalog.ts';
import { measureTiny, type TinyTables } from '../../tiny-run.ts';

/** Found in the name of a file, it says that an id became one. */
const MARK = 'canopymark';
const HOSTILE = [
  `../../../../../etc/${MARK}`,
  `/etc/${MARK}`,
  `/tmp/${MARK}`,
  `..\\..\\${MARK}`,
  `C:\\${MARK}`,
  `%2e%2e%2f%2e%2e%2f${MARK}`,
  `..%2f${MARK}`,
  `....//....//${MARK}`,
  `${MARK}\u0000.tif`,
  `${MARK}/../../..`,
  `${MARK}${'x'.repeat(300)}`,
  `CON`,
  `-rf ${MARK}`,
  `--out=${MARK}`,
  `~/${MARK}`,
  `$(touch ${MARK})`,
  `．．／${MARK}`,
  `..\u2215${MARK}`,
  `.`,
  `..`,
  `file:///tmp/${MARK}`,
  `${MARK}\n../x`,
];

const ground = { mgrsTile: '31PAA', epsg: 32631, x: 499_500, y: 1_083_000, widthPx: 64, heightPx: 64, blockPx: 64 };
const DAYS = ['2023-01-05', '2023-02-05'];

let root: string;
let out: string;
let run: TinyTables;
let before: string[];

/** Everything below a folder that is not below `out`. */
const outsideOut = () =>
  readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => !join(root, name).startsWith(out));

type Json = Record<string, unknown>;

/** Items that are one of the good ones but for one hostile text in one place. */
function hostileItems(good: Json): Json[] {
  const properties = good.properties as Json;
  const assets = good.assets as Record<string, Json>;
  return HOSTILE.flatMap((text, i) => {
    const named = { ...good, id: `hostile-${i}` };
    return [
      { ...good, id: text },
      { ...named, id: `hostile-${i}-tile`, properties: { ...properties, 'grid:code': text, 's2:mgrs_tile': text } },
      { ...named, id: `hostile-${i}-take`, properties: { ...properties, 's2:datatake_id': text, 's2:tile_id': text } },
      { ...named, id: `hostile-${i}-asset`, assets: { ...assets, [text]: { ...assets.red, title: text } } },
      { ...named, id: `hostile-${i}-collection`, collection: text },
    ];
  });
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'canopy-traversal-'));
  out = join(root, 'a/b/c/out');
  const catalog = await makeTinyCatalog(
    join(root, 'a/b/scenes'),
    DAYS.map((day) => ({ ...ground, day })),
  );
  const itemFile = catalog.itemFile(catalog.ids[0]!);
  const good = JSON.parse(readFileSync(itemFile, 'utf8')) as Json;
  const features = hostileItems({ ...good, links: [] });
  const list = join(dirname(itemFile), 'list.json');
  writeFileSync(list, JSON.stringify({ type: 'FeatureCollection', features, numberMatched: features.length }));
  const collection = join(catalog.folder, 'sentinel-2-l2a.json');
  const described = JSON.parse(readFileSync(collection, 'utf8')) as { links: Json[] };
  described.links.push({ rel: 'item', href: relative(catalog.folder, list) });
  writeFileSync(collection, JSON.stringify(described));
  const place = cellsOf(ground, { col: 10, row: 10, widthPx: 30, heightPx: 30 });
  const parcels = HOSTILE.map((id): TinyParcel => ({ id, ...place }));
  const request = {
    parcels: writeParcels(join(root, 'parcels.geojson'), parcels),
    catalog: catalog.path,
    out,
    baseline: '2023-01-01/2023-01-31',
    period: '2023-02-01/2023-02-28',
    more: ['--min-clear', '1'],
  };
  before = outsideOut();
  run = await measureTiny(request);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('B 34: 22 hostile texts as item id, tile, datatake, asset key, collection and parcel id write nothing outside --out', () => {
  expect(HOSTILE).toHaveLength(22);
  expect(outsideOut().filter((name) => !['a/b/c', 'a/b/c/out'].includes(name))).toEqual(before);
  for (const folder of ['/etc', '/tmp', process.cwd(), dirname(process.cwd()), '/']) {
    if (existsSync(folder)) expect(readdirSync(folder).filter((name) => name.includes(MARK))).toEqual([]);
  }
});

it('B 34: inside --out no file bears a hostile name or is a link', () => {
  const names = readdirSync(out, { recursive: true, encoding: 'utf8' });
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) {
    expect(name).toMatch(/^[A-Za-z0-9._/-]+$/);
    expect(name).not.toContain(MARK);
    expect(lstatSync(join(out, name)).isSymbolicLink()).toBe(false);
  }
});

it('B 34: 19 parcel ids are kept as their text and 3 unfit ones numbered, and every item whose id could be a path is refused by E_ITEM_ID', () => {
  // A spreadsheet would take a leading sign for a formula: the CSV puts an apostrophe before it.
  const inCsv = HOSTILE.map((id, i) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    if (id.length > 200 || /[\u0000-\u001f]/.test(id)) return `row-${i + 1}`;
    return /^[-=+@]/.test(id) ? `'${id}` : id;
  });
  expect(run.parcels.map((row) => row.parcel_id).sort()).toEqual(inCsv.sort());
  const refused = run.record.scenes.refused.filter(({ code }) => code === 'E_ITEM_ID').map(({ id }) => id);
  const allowed = HOSTILE.filter((text) => /^[A-Za-z0-9][A-Za-z0-9._:@+-]{0,199}$/.test(text));
  expect(allowed).toEqual(['CON']);
  expect(refused).toHaveLength(HOSTILE.length - allowed.length);
});
