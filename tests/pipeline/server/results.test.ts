import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openResults } from '../../../pipeline/server/current-results.ts';
import { loadResults } from '../../../pipeline/server/load-results.ts';
import type { Results } from '../../../pipeline/server/results.ts';
import { sha256OfBytes } from '../../../pipeline/store/files.ts';
import { takeLock } from '../../../pipeline/store/lock.ts';
import { readCsv } from '../../canopy.ts';
import { HOSTILE_IDS, MEASURED, makeTinyResults, REPEATED, REPEATED_ID, TINY_PARCELS } from '../../tiny-results.ts';

const OPTIONS = { remoteScenes: false, basemap: null };
const root = mkdtempSync(join(tmpdir(), 'canopy-results-'));
let out: string;
let count = 0;
const opened: Results[] = [];

beforeAll(async () => {
  out = await makeTinyResults(root);
});
afterAll(async () => {
  for (const results of opened) await results.close();
  rmSync(root, { recursive: true, force: true });
});

async function load(dir: string): Promise<Results> {
  const results = await loadResults(dir, OPTIONS);
  opened.push(results);
  return results;
}

/** A copy of the results that may be spoiled. */
function copyOf(): string {
  const dir = join(root, `copy-${count++}`);
  cpSync(out, dir, { recursive: true });
  return dir;
}

/** Changes a file and what run.json says of it. */
function rewrite(dir: string, name: string, change: (text: string) => string): void {
  const text = change(readFileSync(join(dir, name), 'utf8'));
  // As the pipeline does it: a new file takes the name of the old one.
  writeFileSync(join(dir, 'new'), text);
  renameSync(join(dir, 'new'), join(dir, name));
  const record = JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8'));
  const entry = record.outputs.find((file: { name: string }) => file.name === name);
  Object.assign(entry, { sha256: sha256OfBytes(text), bytes: Buffer.byteLength(text) });
  writeFileSync(join(dir, 'run.json'), JSON.stringify(record));
}

describe('results loaded from a folder', () => {
  it('have the figures of parcels.csv for all 27 parcels, hostile ids included', async () => {
    const { parcels, positionOf, run } = await load(out);
    const rows = readCsv(join(out, 'parcels.csv'));
    expect(parcels.map(({ index }) => index)).toEqual([...Array(TINY_PARCELS).keys()]);
    const cell = (value: number | string | null, digits: number) =>
      typeof value === 'number' ? value.toFixed(digits) : (value ?? '');
    for (const [i, row] of parcels.entries()) {
      expect(cell(row.ndviChange, 7)).toBe(rows[i]!.ndvi_change);
      expect(cell(row.lossHa, 6)).toBe(rows[i]!.loss_ha);
      expect(cell(row.coverPeriodPct, 4)).toBe(rows[i]!.cover_period_pct);
      expect([row.outcome, row.reason, row.finding ?? '']).toEqual([
        rows[i]!.outcome,
        rows[i]!.reason,
        rows[i]!.finding,
      ]);
    }
    expect(parcels.slice(0, HOSTILE_IDS.length).map(({ parcelId }) => parcelId)).toEqual(HOSTILE_IDS);
    expect(run.counts).toMatchObject({ parcels: 27, scenesUsed: 6, parcelsRefused: 3, observations: 6 * MEASURED });
    // Of two features of one id the first is meant.
    expect([parcels[TINY_PARCELS - 1]!.parcelId, positionOf.get(REPEATED_ID)]).toEqual([REPEATED_ID, REPEATED]);
  });

  it('read for each parcel the rows that observations.csv has of it, and none for those without', async () => {
    const results = await load(out);
    const rows = readCsv(join(out, 'observations.csv'));
    for (let position = 0; position < MEASURED; position += 1) {
      const series = await results.readSeries(position);
      const own = rows.slice(position * 6, position * 6 + 6);
      expect(series.map(({ datetime }) => datetime)).toEqual(own.map((row) => row.datetime));
      expect(series.map(({ ndviMean }) => ndviMean?.toFixed(7) ?? '')).toEqual(own.map((row) => row.ndvi_mean));
      expect(series.map(({ clearFraction }) => clearFraction.toFixed(7))).toEqual(own.map((r) => r.clear_fraction));
      expect(series.map(({ acquisition }) => acquisition)).toEqual([0, 1, 2, 3, 4, 5]);
      expect(new Set(series.map(({ parcelId }) => parcelId))).toEqual(new Set([results.parcels[position]!.parcelId]));
    }
    expect(await results.readSeries(MEASURED)).toEqual([]);
    expect(await results.readSeries(TINY_PARCELS - 1)).toEqual([]);
  });

  it('give a refused parcel no polygon and the box of the whole run', async () => {
    const results = await load(out);
    const bowTie = results.positionOf.get('bow-tie')!;
    expect(await results.readGeometry(bowTie)).toEqual({ type: 'MultiPolygon', coordinates: [] });
    expect(results.parcels[bowTie]).toMatchObject({ status: 'no_data', bboxDeg: results.run.bboxDeg });
    expect((await results.readGeometry(0)).type).toBe('Polygon');
    // Nor that of the parcel whose id it repeats.
    expect((await results.readGeometry(TINY_PARCELS - 1)).coordinates).toEqual([]);
  });

  it('count 8 low or no-data observations on the date that is cloudy in the west, and draw all 6 dates', async () => {
    const { run } = await load(out);
    expect(run.acquisitions).toHaveLength(6);
    expect(run.acquisitions[1]).toMatchObject({ inBaseline: true, inPeriod: false, inSeason: true });
    const missed = run.acquisitions.map(({ nLowCoverage, nNoData }) => nLowCoverage + nNoData);
    const rows = readCsv(join(out, 'observations.csv')).filter(({ outcome }) => outcome !== 'ok');
    expect(missed).toEqual([0, rows.length, 0, 0, 0, 0]);
    for (const { nOk, nLowCoverage, nNoData } of run.acquisitions) expect(nOk + nLowCoverage + nNoData).toBe(MEASURED);
    expect(run.acquisitions.map(({ styles }) => styles.length)).toEqual([4, 4, 4, 4, 4, 4]);
    expect(run.imageryNote).toBeNull();
  });

  it('name 9 layers with the days and scenes they rest on, at zoom 14 for cells of 10 m', async () => {
    const { run, layers } = await load(out);
    expect(run.layers).toHaveLength(9);
    const baseline = layers.get('ndvi-baseline')!;
    expect(baseline.info).toMatchObject({
      kind: 'ndvi',
      period: 'baseline',
      days: { start: '2023-01-05', end: '2023-01-15' },
      form: 'value',
      scale: 0.0001,
      maxZoom: 14,
    });
    expect(baseline.info.sceneIds).toHaveLength(3);
    expect(layers.get('change-period')!.info.sceneIds).toHaveLength(6);
    expect(layers.get('true-color-period')!.info.form).toBe('colour');
    expect(baseline.files[0]!.grid).toMatchObject({ crs: 'EPSG:32631', widthPx: 100, heightPx: 60 });
  });

  it('have the twin with the area of a boundary of 0.1° at the equator, 12,309.07 ha', async () => {
    const { twin } = await load(out);
    expect(twin).toMatchObject({ id: 'tiny', name: 'Tiny twin' });
    const [sink] = twin!.sinks;
    // 0.1° of the equator, a·0.1°, times 0.1° of the meridian there, a(1 − e²)·0.1°: 11,131.95 m × 11,057.43 m.
    expect(sink!.measuredAreaHa).toBeCloseTo(12_309.07, 1);
    expect(sink!.profile.areaHa).toEqual({ value: 300, year: 2020, source: 'a test' });
    expect(twin!.sources[0]).toMatchObject({ boundary: null, measuredAreaHa: null });
  });
});

describe('a folder that cannot be served as it is', () => {
  it('without run.json is refused with a sentence, another while a run holds its lock', async () => {
    const dir = copyOf();
    rmSync(join(dir, 'run.json'));
    await expect(load(dir)).rejects.toThrow(/There are no results in .*run\.json is missing/);
    const lock = await takeLock(join(dir, 'db.lock'));
    await expect(load(dir)).rejects.toThrow(/A run is still going on in/);
    await lock.release();
    await expect(load(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'E_NO_RESULTS' });
  });

  it.each(['parcels.geojson', 'observations.csv'])('is refused when 1 byte of %s is another', async (name) => {
    const dir = copyOf();
    const bytes = readFileSync(join(dir, name));
    bytes[bytes.length - 5] = bytes[bytes.length - 5]! ^ 1;
    writeFileSync(join(dir, name), bytes);
    await expect(load(dir)).rejects.toMatchObject({ code: 'E_HASH' });
  });

  it('is refused when the scale of a layer or an area of the twin is another than the run wrote', async () => {
    for (const [name, from, to] of [
      ['layers/ndvi-period-31PAA-32631-10m.json', '0.0001', '0.001'],
      ['twin.json', '12309', '22309'],
    ] as const) {
      const path = join(copyOf(), name);
      const text = readFileSync(path, 'utf8');
      expect(text).toContain(from);
      writeFileSync(path, text.replace(from, to));
      await expect(loadResults(path.slice(0, -name.length), OPTIONS)).rejects.toMatchObject({ code: 'E_HASH' });
      rmSync(path);
      await expect(loadResults(path.slice(0, -name.length), OPTIONS)).rejects.toMatchObject({
        code: 'E_RESULTS_MISSING',
      });
    }
  });

  it('is refused when the rows of one parcel do not stand together, or name a parcel that is not there', async () => {
    const dir = copyOf();
    const turned = copyOf();
    rewrite(dir, 'observations.csv', (text) => {
      const lines = text.trimEnd().split('\n');
      return `${[...lines, lines[1]].join('\n')}\n`;
    });
    await expect(load(dir)).rejects.toThrow(/the rows of parcel .* do not stand together/);
    rewrite(turned, 'observations.csv', (text) => text.replaceAll('P-24,', 'Q-24,'));
    await expect(load(turned)).rejects.toThrow(/parcel Q-24 of row \d+ is not in parcels\.geojson/);
  });

  it('is shown without its plan: no pictures of single dates and why, but all 6 dates and series', async () => {
    const dir = copyOf();
    rmSync(join(dir, '.run'), { recursive: true });
    const [whole, bare] = [await load(out), await load(dir)];
    expect(bare.plan).toBeNull();
    expect(bare.run.imageryNote).toMatch(/without its \.run folder/);
    const dates = ({ run }: Results) =>
      run.acquisitions.map(({ platform, datetime, sceneIds, inBaseline, nOk }) => {
        return { platform, datetime, sceneIds, inBaseline, nOk };
      });
    expect(dates(bare)).toEqual(dates(whole));
    expect(await bare.readSeries(3)).toEqual(await whole.readSeries(3));
  });

  it('takes no other run’s plan for its own', async () => {
    const dir = copyOf();
    const record = JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8'));
    record.scenes.used.pop();
    writeFileSync(join(dir, 'run.json'), JSON.stringify(record));
    expect((await load(dir)).plan).toBeNull();
  });

  it('is shown without a plan of which 1 scale is another or half is missing', async () => {
    const dir = copyOf();
    const { plan } = JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8'));
    const path = join(dir, '.run', `plan-${plan}.json`);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('"scale":0.0001');
    for (const changed of [text.replace('"scale":0.0001', '"scale":0.0002'), text.slice(0, text.length / 2)]) {
      writeFileSync(path, changed);
      const { plan: found, run } = await load(dir);
      expect(found).toBeNull();
      expect(run.imageryNote).toContain('changed');
    }
    writeFileSync(path, text);
    expect((await load(dir)).plan?.runId).toBe(plan);
  });

  it('offers no picture of a date of which 1 of 2 scenes, or a mask, cannot be read from here', async () => {
    const dir = copyOf();
    const whole = await load(dir);
    expect(whole.plan!.acquisitions).toHaveLength(6);
    const { plan } = JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8'));
    const path = join(dir, '.run', `plan-${plan}.json`);
    const stored = JSON.parse(readFileSync(path, 'utf8'));
    // Where a file lies is no part of a plan's name.
    stored.scenes[stored.acquisitions[2].sceneIndexes[0]].scene.bands.scl.href = 'https://example.org/SCL.tif';
    writeFileSync(path, JSON.stringify(stored));
    const { run } = await load(dir);
    expect(run.acquisitions.map(({ styles }) => styles.length)).toEqual([4, 4, 0, 4, 4, 4]);
    expect(run.imageryNote).toMatch(/^1 of 6 dates cannot be shown.*--remote-scenes/);
  });
});

describe('results that change while they are shown', () => {
  it('are replaced within moments, the old ones reading their own bytes until then and after', async () => {
    const dir = copyOf();
    const said: string[] = [];
    const source = await openResults(dir, { ...OPTIONS, say: (line) => said.push(line), checkEveryMs: 20 });
    const old = source.current();
    const before = await old.readSeries(20);
    rewrite(dir, 'observations.csv', (text) => text.replace(/^(P-8,.*),ok,$/m, '$1,low_coverage,changed by hand'));
    while (source.current() === old) await sleep(10);
    expect(source.current().version).not.toBe(old.version);
    const reasons = (await source.current().readSeries(7)).map(({ reason }) => reason);
    expect(reasons).toContain('changed by hand');
    expect(await old.readSeries(20)).toEqual(before);
    expect((await old.readSeries(7)).map(({ reason }) => reason)).not.toContain('changed by hand');
    expect(said).toHaveLength(1);
    await source.close();
  });

  it('stay as they were when the new ones are broken, which is said once', async () => {
    const dir = copyOf();
    const said: string[] = [];
    const source = await openResults(dir, { ...OPTIONS, say: (line) => said.push(line), checkEveryMs: 20 });
    const old = source.current();
    writeFileSync(join(dir, 'run.json'), '{}');
    while (said.length === 0) await sleep(10);
    await sleep(100);
    expect(source.current()).toBe(old);
    expect(said).toEqual([expect.stringMatching(/not a run record.*The results of before are still shown/)]);
    await source.close();
  });

  it('are shown when the rest of a copy comes after its run.json', async () => {
    const dir = copyOf();
    const said: string[] = [];
    const source = await openResults(dir, { ...OPTIONS, say: (line) => said.push(line), checkEveryMs: 20 });
    const old = source.current();
    const before = readFileSync(join(dir, 'observations.csv'), 'utf8');
    rewrite(dir, 'observations.csv', (text) => text.replace(/^(P-8,.*),ok,$/m, '$1,low_coverage,late'));
    const late = readFileSync(join(dir, 'observations.csv'), 'utf8');
    writeFileSync(join(dir, 'observations.csv'), before);
    while (said.length === 0) await sleep(10);
    expect(said).toEqual([expect.stringContaining('is not the file that run.json lists')]);
    expect(source.current()).toBe(old);
    writeFileSync(join(dir, 'observations.csv'), late);
    while (source.current() === old) await sleep(10);
    expect((await source.current().readSeries(7)).map(({ reason }) => reason)).toContain('late');
    expect(said).toHaveLength(2);
    await source.close();
  });
});
