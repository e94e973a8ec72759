import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCog } from '../../../pipeline/cog/read.ts';
import { openFileSource } from '../../../pipeline/cog/source.ts';
import { alps } from '../../alps.ts';
import { type CanopyRun, runCanopy } from '../../canopy.ts';
import { describeWithData, sharedData } from '../../real-data.ts';
import { cellsOf, makeTinyCatalog, type TinyCatalog, writeParcels } from '../../tiny-catalog.ts';
import { measureTiny, monitorArgs, observationOf, resultOf, runTiny, type TinyRun } from '../../tiny-run.ts';

const PERIODS = { baseline: '2023-01-01/2023-01-31', period: '2023-02-01/2023-02-28' };
/** Two units: columns up to 511, and the rest. */
const ground = { mgrsTile: '31PAA', epsg: 32631, x: 499_500, y: 1_083_000, widthPx: 640, heightPx: 128, blockPx: 128 };
const GOOD_DAYS = ['2023-01-05', '2023-01-06', '2023-02-05', '2023-02-06'];
const west = { id: 'west', ...cellsOf(ground, { col: 20, row: 20, widthPx: 60, heightPx: 60 }) };
const east = { id: 'east', ...cellsOf(ground, { col: 550, row: 20, widthPx: 60, heightPx: 60 }) };
const bowTie = {
  id: 'bow-tie',
  epsg: 32631,
  corners: [
    [500_000, 1_082_000],
    [500_200, 1_082_200],
    [500_200, 1_082_000],
    [500_000, 1_082_200],
  ] as const,
};
const outside = { id: 'outside', ...cellsOf({ ...ground, x: 520_000 }, { col: 0, row: 0, widthPx: 9, heightPx: 9 }) };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'canopy-bad-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const idOn = (day: string) => `S2A_31PAA_${day.replaceAll('-', '')}_0_L2A`;

describe('a run whose items state checksums', () => {
  it('refuses the scene of 2023-01-06, whose file is another, and uses the one of 2023-01-05, whose SHA2-512 fits', async () => {
    const catalog = await makeTinyCatalog(
      join(folder, 'checksums'),
      GOOD_DAYS.map((day) => ({ ...ground, day })),
    );
    for (const [day, of] of [
      ['2023-01-05', '2023-01-05'],
      ['2023-01-06', '2023-01-05'],
    ] as const) {
      const path = catalog.itemFile(idOn(day));
      const item = JSON.parse(readFileSync(path, 'utf8')) as { assets: Record<string, Record<string, unknown>> };
      const digest = createHash('sha512').update(readFileSync(catalog.file(idOn(of), of === day ? 'red' : 'nir')));
      item.assets.red!['file:checksum'] = `1340${digest.digest('hex')}`;
      writeFileSync(path, JSON.stringify(item));
    }
    const parcels = writeParcels(join(folder, 'one.geojson'), [west]);
    const more = ['--min-clear', '1'];
    const run = await runTiny({ ...PERIODS, parcels, catalog: catalog.path, out: join(folder, 'checksums-out'), more });
    expect([run.code, run.record.scenes.used.includes(idOn('2023-01-05'))]).toEqual([3, true]);
    expect(run.record.scenes.refused.map(({ id, code }) => [id, code])).toEqual([[idOn('2023-01-06'), 'E_CHECKSUM']]);
  });
});

describe('a run with 9 broken scenes of 13 and 2 bad parcels of 4', () => {
  let run: TinyRun;
  let catalog: TinyCatalog;

  beforeAll(async () => {
    const days = [...GOOD_DAYS, ...Array.from({ length: 9 }, (_, i) => `2023-01-${String(i + 7).padStart(2, '0')}`)];
    const scenes = days.map((day) => ({
      ...ground,
      day,
      // The eleventh was written in the next zone; the twelfth still holds the offset that its item says was taken off.
      ...(day === '2023-01-11' ? { fileEpsg: 32632 } : {}),
      ...(day === '2023-01-12' ? { red: 1500, nir: 4500 } : {}),
    }));
    catalog = await makeTinyCatalog(join(folder, 'broken'), scenes);
    const file = (day: string, band: 'red' | 'nir' | 'mask') => catalog.file(idOn(day), band);
    unlinkSync(file('2023-01-07', 'nir'));
    truncateSync(file('2023-01-08', 'red'), 100);
    writeFileSync(file('2023-01-09', 'mask'), '<html>Not found</html>');
    pointIfdAtItself(file('2023-01-10', 'red'));
    cutLastBlock(file('2023-01-13', 'red'));
    await spoilBlock(file('2023-01-14', 'nir'), 4);
    writeFileSync(catalog.itemFile(idOn('2023-01-15')), '{ "type": "Feature", "id": ');
    const parcels = writeParcels(join(folder, 'four.geojson'), [west, bowTie, outside, east]);
    run = await runTiny({
      ...PERIODS,
      parcels,
      catalog: catalog.path,
      out: join(folder, 'broken-out'),
      more: ['--min-clear', '2'],
    });
  });

  it('ends with exit code 3, results for the 2 good parcels, and not one stack trace', () => {
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('Finished: 2 of 4 parcels have a result, 2 have no data');
    expect(run.stderr).not.toMatch(/\n\s+at |unexpected error|undefined|NaN/);
  });

  it.each([
    [
      '2023-01-07',
      'E_ASSET_MISSING',
      /There is no file .*_20230107_.*B08\.tif\. Check the path; if an item names it, fetch the asset or correct its href\./,
    ],
    ['2023-01-08', 'E_TIFF_TRUNCATED', /_20230108_.*B04\.tif/],
    ['2023-01-09', 'E_TIFF_NOT_TIFF', /_20230109_.*MASK\.tif/],
    ['2023-01-10', 'E_TIFF_IFD_CYCLE', /_20230110_.*B04\.tif/],
    ['2023-01-11', 'E_CRS_MISMATCH', /_20230111_.*its CRS is EPSG:32632, but its item states EPSG:32631/],
    ['2023-01-13', 'E_TIFF_TRUNCATED', /_20230113_.*B04\.tif/],
    ['2023-01-12', 'E_OFFSET_CONTRADICTION', /_20230112_.*pixels contradict the reflectance offset/],
  ])('refuses the scene of %s with %s, in the summary and in run.json', (day, code, sentence) => {
    const refused = run.record.scenes.refused.find(({ id }) => id === idOn(day))!;
    expect([refused.code, run.record.scenes.used.includes(idOn(day))]).toEqual([code, false]);
    expect(refused.reason).toMatch(sentence);
    expect(run.stderr).toContain(`Left out: Scene ${idOn(day)} refused: ${refused.reason}`);
  });

  it('names the item file that is cut off among twelve good ones', () => {
    expect(run.stderr).toMatch(
      /Left out: Scene S2A_31PAA_20230115_0_L2A refused: .*20230115_0_L2A\.json is not readable JSON/,
    );
  });

  it('leaves the scene of 2023-01-14 out only where its block is broken', () => {
    const day = '2023-01-14';
    expect([observationOf(run, 'west', day).outcome, observationOf(run, 'west', day).reason]).toEqual(['ok', '']);
    const row = observationOf(run, 'east', day);
    expect([row.outcome, row.ndvi_mean, row.observed_ha]).toEqual(['no_data', '', '0.000000']);
    expect(row.reason).toMatch(/^scene left out: .*B08\.tif.*block/);
    expect(run.stderr).toMatch(/Left out: Scene S2A_31PAA_20230114_0_L2A: .*B08\.tif/);
  });

  it('gives the good dates the very rows of a run without the broken ones', async () => {
    const good = await makeTinyCatalog(
      join(folder, 'good'),
      GOOD_DAYS.map((day) => ({ ...ground, day })),
    );
    const parcels = writeParcels(join(folder, 'two.geojson'), [west, east]);
    const clean = await measureTiny({ ...PERIODS, parcels, catalog: good.path, out: join(folder, 'good-out') });
    const onGoodDays = run.observations.filter((row) => GOOD_DAYS.includes(row.datetime!.slice(0, 10)));
    expect(onGoodDays).toEqual(clean.observations);
    expect(clean.observations).toHaveLength(8);
  });

  it('counts the baseline dates that are left: 3 in the west, 2 in the east', () => {
    expect(resultOf(run, 'west').n_clear_baseline).toBe('3');
    expect(resultOf(run, 'east').n_clear_baseline).toBe('2');
  });

  it('keeps a row with the reason for a parcel outside every scene and for one that crosses itself, and where', () => {
    expect(run.parcels.map((row) => row.parcel_id)).toEqual(['west', 'bow-tie', 'outside', 'east']);
    expect([resultOf(run, 'outside').outcome, resultOf(run, 'outside').reason]).toEqual([
      'no_data',
      'outside every scene of the two periods',
    ]);
    const row = resultOf(run, 'bow-tie');
    expect([row.outcome, row.parcel_ha]).toEqual(['no_data', '']);
    expect(row.reason).toMatch(/crosses itself.* 3\.00\d+ E 9\.78\d+ N/);
    expect(run.stderr).toMatch(/Left out: Parcel outside lies outside every scene/);
    expect(run.stderr).toMatch(/Left out: Parcel bow-tie crosses itself/);
  });
});

// Side by side: one of them waits for its retries most of the time.
describe.concurrent('a run that cannot begin', () => {
  let good: TinyCatalog;
  let parcels: string;
  const out = () => join(folder, 'never');
  const start = (change: Partial<Parameters<typeof monitorArgs>[0]>) =>
    runCanopy(monitorArgs({ ...PERIODS, parcels, catalog: good.path, out: out(), ...change }));

  beforeAll(async () => {
    good = await makeTinyCatalog(
      join(folder, 'small'),
      ['2023-01-05', '2023-02-05'].map((day) => ({ ...ground, widthPx: 64, heightPx: 64, day })),
    );
    parcels = writeParcels(join(folder, 'one.geojson'), [
      { id: 'one', ...cellsOf(ground, { col: 5, row: 5, widthPx: 9, heightPx: 9 }) },
    ]);
  });

  function expectSentence(run: CanopyRun, code: number, sentence: RegExp): void {
    const last = run.stderr.trimEnd().split('\n').at(-1)!;
    expect(last).toMatch(/^canopy: .*[.?]$/);
    expect(last).toMatch(sentence);
    expect(run.stderr).not.toMatch(/\n\s+at |unexpected error|undefined|NaN/);
    expect(run.code).toBe(code);
  }

  it('exits 1 when every parcel lies outside every scene, and says that it is the place', async () => {
    const far = writeParcels(join(folder, 'far.geojson'), [outside]);
    expectSentence(
      await start({ parcels: far }),
      1,
      /No scene of .*catalog\.json from 2023-01-01 to 2023-02-28 lies over the parcels of .*far\.geojson; scenes of another place or day: 2\. Check that both are of the same place/,
    );
  });

  it('exits 1 when both periods have no scene though a day between them has one, and names both flags', async () => {
    const run = await start({ baseline: '2023-01-01/2023-01-04', period: '2023-02-10/2023-02-28' });
    expectSentence(
      run,
      1,
      /in the baseline 2023-01-01\/2023-01-04 nor in the monitoring period 2023-02-10\/2023-02-28 in .*catalog\.json\. Change --baseline and --period, or add scenes\./,
    );
  });

  it('exits 1 when all scenes of both periods are broken, and says why the first one is', async () => {
    const broken = await makeTinyCatalog(
      join(folder, 'all-broken'),
      ['2023-01-05', '2023-02-05'].map((day) => ({ ...ground, widthPx: 64, heightPx: 64, day })),
    );
    for (const id of broken.ids) truncateSync(broken.file(id, 'red'), 10);
    const run = await start({ catalog: broken.path });
    expectSentence(run, 1, /Refused scenes: 2; the first: .*20230105_0_L2A.*B04\.tif/);
  });

  it.each([
    [
      'parcels that are not there',
      { parcels: '/no/such/parcels.geojson' },
      1,
      /parcels.geojson: there is no such file/,
    ],
    ['a folder as parcels', { parcels: tmpdir() }, 1, /The parcels cannot be read from .*: it is a folder/],
    [
      'a catalogue that is not there',
      { catalog: '/no/such/catalog.json' },
      1,
      /\/no\/such\/catalog\.json does not exist/,
    ],
    [
      'a host not on the list',
      { catalog: 'http://127.0.0.1:9/c.json' },
      1,
      /start again with --allow-host 127\.0\.0\.1:9/,
    ],
    [
      'another kind of address',
      { catalog: 'ftp://example.org/c.json' },
      2,
      /must be a folder, a file or an https address/,
    ],
    ['a period that ends before it begins', { period: '2023-02-28/2023-02-01' }, 2, /--period is an empty period/],
    ['an unknown flag', { more: ['--cloud', '5'] }, 2, /Unknown option '--cloud'\. Run "canopy monitor --help"/],
  ])('refuses %s in one sentence', async (_name, change, code, sentence) => {
    expectSentence(await start(change), code, sentence);
  });

  it('tries an allowed host that refuses the connection a few times, then exits 1 and names it', async () => {
    const run = await start({ catalog: 'http://127.0.0.1:9/c.json', more: ['--allow-host', '127.0.0.1:9'] });
    expectSentence(run, 1, /http:\/\/127\.0\.0\.1:9\/c\.json cannot be reached \(ECONNREFUSED\)/);
  });

  it('refuses parcels that are not JSON, and names line and column', async () => {
    const path = join(folder, 'text.geojson');
    writeFileSync(path, 'id;area\n1;2\n');
    expectSentence(await start({ parcels: path }), 1, /text\.geojson is not JSON: at line 1, column 1/);
  });

  it('refuses an unknown key of the project file with exit code 2 and the key that was meant', async () => {
    const path = join(folder, 'project.json');
    const periods = {
      baseline: { start: '2023-01-01', end: '2023-01-31' },
      monitoring: { start: '2023-02-01', end: '2023-02-28' },
    };
    writeFileSync(path, JSON.stringify({ id: 'p', name: 'P', parcels, catalog: good.path, periods, treshold: {} }));
    const run = await runCanopy(['monitor', '--project', path, '--out', out()]);
    expectSentence(
      run,
      2,
      /project\.json has the unknown key "treshold" at the top level; did you mean "thresholds"\?/,
    );
  });

  it.each([
    ['below a file', () => join(parcels, 'out')],
    ['that is a file', () => parcels],
    ['where the system lets nobody write', () => '/proc/canopy/out'],
  ])('refuses an output folder %s before it looks at a scene', async (_name, place) => {
    const run = await start({ out: place() });
    expectSentence(run, 1, /The output folder .* cannot be made or written .*--out/);
    expect(run.stderr).not.toContain('Checking the files');
  });

  it('names the command that does not exist', async () => {
    const run = await runCanopy(['monitro']);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('canopy: There is no command "monitro".')]);
  });
});

describeWithData('a run on parcels in Madagascar and scenes of the Alps', () => {
  it('exits 1 and says that none of the 10 scenes lies over the parcels', async () => {
    const run = await runCanopy(
      monitorArgs({
        baseline: '2023-08-10/2023-08-13',
        period: '2023-08-15/2023-08-20',
        parcels: join(sharedData, 'data/parcels/madagascar-reforestation.geojson'),
        catalog: join(alps, 'catalog.json'),
        out: join(folder, 'madagascar'),
      }),
    );
    expect(run.code).toBe(1);
    expect(run.stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^canopy: No scene of .*catalog\.json from 2023-08-10 to 2023-08-20 lies over the parcels of .*madagascar-reforestation\.geojson; scenes of another place or day: 10\. Check that both are of the same place/,
    );
  });
});

/** The directory's link to the next one leads back to itself: a reader without a memory never ends. */
function pointIfdAtItself(path: string): void {
  const bytes = readFileSync(path);
  const at = bytes.readUInt32LE(4);
  bytes.writeUInt32LE(at, at + 2 + 12 * bytes.readUInt16LE(at));
  writeFileSync(path, bytes);
}

/** The file ends in its last full-size block. */
function cutLastBlock(path: string): void {
  truncateSync(path, readFileSync(path).length - 20);
}

async function spoilBlock(path: string, index: number): Promise<void> {
  const source = await openFileSource(path);
  const { header } = await openCog(source);
  await source.close();
  const level = header.levels[0]!;
  const bytes = readFileSync(path);
  const middle = level.blockOffsets[index]! + (level.blockByteCounts[index]! >> 1);
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 0x5a, middle);
  writeFileSync(path, bytes);
}
