import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowedHosts, childEnvironment, readMonitorConfig } from '../../pipeline/config.ts';

const BASE: Readonly<Record<string, string>> = {
  parcels: 'p.geojson',
  catalog: 'scenes',
  baseline: '2020-11-01/2021-01-31',
  period: '2023-11-01/2024-01-31',
  out: 'out',
};

/** Flags with some replaced (null: left out). */
function flags(change: Readonly<Record<string, string | null>> = {}): string[] {
  return Object.entries({ ...BASE, ...change }).flatMap(([name, value]) =>
    value === null ? [] : [`--${name}`, value],
  );
}

describe('what the flags say', () => {
  it('fills in 3 clear dates, SCL 4 to 7, no dilation, ±0.15, 0.1 and 0.85, all processors, and freezes it', async () => {
    const config = await readMonitorConfig(flags(), {});
    expect(config.params).toEqual({
      baseline: { start: '2020-11-01', end: '2021-01-31' },
      period: { start: '2023-11-01', end: '2024-01-31' },
      seasonMonths: null,
      minClear: 3,
      keepScl: [4, 5, 6, 7],
      dilateM: 0,
      lossThreshold: -0.15,
      gainThreshold: 0.15,
      ndviSoil: 0.1,
      ndviVegetation: 0.85,
      composite: { kind: 'median' },
      harmonise: false,
      coverModel: null,
      change: {
        breaks: { order: 1, trend: false, history: 'all', h: 0.25, level: 0.05 },
        minMagnitude: 0.1,
        minConsecutive: 3,
        removeBurns: true,
        removeOutliers: true,
        controlCount: 5,
        seed: 1,
      },
    });
    expect([config.workers, config.redisUrl, config.databaseUrl]).toEqual([availableParallelism(), null, null]);
    expect([config.parcels, config.catalog, config.out]).toEqual(['p.geojson', 'scenes', 'out'].map((p) => resolve(p)));
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('reads months, classes, composite, hosts and workers', async () => {
    const more = { season: '12, 1,12,11', 'keep-scl': '5,4', 'dilate-m': '30', composite: 'percentile:25' };
    const rest = ['--allow-host', 'LOCALHOST:80', '--allow-host', '[::1]:8080', '--json'];
    const config = await readMonitorConfig([...flags({ ...more, workers: '3', 'min-clear': '1' }), ...rest], {});
    expect(config.params).toMatchObject({
      seasonMonths: [1, 11, 12],
      keepScl: [4, 5],
      dilateM: 30,
      minClear: 1,
      composite: { kind: 'percentile', pct: 25 },
    });
    expect([config.workers, config.json, config.dryRun]).toEqual([3, true, false]);
    expect(config.allowHosts).toEqual(['localhost:80', '[::1]:8080']);
  });

  it('reads how change is judged, flags before the defaults', async () => {
    const more = { order: '3', history: 'roc', h: '0.5', level: '0.01', 'min-magnitude': '0.2', consecutive: '4' };
    const steps = ['--trend', '--no-burn-removal', '--no-outlier-rule'];
    const config = await readMonitorConfig([...flags({ ...more, controls: '7', seed: '12' }), ...steps], {});
    expect(config.params.change).toEqual({
      breaks: { order: 3, trend: true, history: 'roc', h: 0.5, level: 0.01 },
      minMagnitude: 0.2,
      minConsecutive: 4,
      removeBurns: false,
      removeOutliers: false,
      controlCount: 7,
      seed: 12,
    });
    expect((await readMonitorConfig([...flags(), '--no-change'], {})).params.change).toBeNull();
    expect((await readMonitorConfig(flags({ history: 'ROC' }), {})).params.change!.breaks.history).toBe('roc');
    await expect(readMonitorConfig([...flags(), '--trend', '--no-trend'], {})).rejects.toThrow('exclude each other');
  });

  it.each([
    ['order', '4', '--order wants one of 1, 2, 3; got "4".'],
    ['history', 'some', '--history wants one of all, roc; got "some".'],
    ['h', '0.3', '--h wants one of 0.25, 0.5, 1; got "0.3".'],
    ['level', '0.2', '--level wants a number from 0.001 to 0.05; got "0.2".'],
    ['consecutive', '2.5', '--consecutive wants a whole number; got "2.5".'],
  ])('refuses --%s %s', async (flag, value, sentence) => {
    await expect(readMonitorConfig(flags({ [flag]: value }), {})).rejects.toThrow(sentence);
  });

  it('takes the database from the environment unless a flag names one', async () => {
    const env = { CANOPY_DATABASE_URL: 'postgres://env/db' };
    expect((await readMonitorConfig(flags(), env)).databaseUrl).toBe('postgres://env/db');
    const flag = flags({ database: 'postgres://flag/db', runner: 'redis://127.0.0.1:6379' });
    expect(await readMonitorConfig(flag, env)).toMatchObject({
      databaseUrl: 'postgres://flag/db',
      redisUrl: 'redis://127.0.0.1:6379',
    });
  });

  it('keeps a URL as it is and hands the allowed hosts to children by their environment', async () => {
    const config = await readMonitorConfig(flags({ catalog: 'https://example.org/stac' }), {});
    expect(config.catalog).toBe('https://example.org/stac');
    expect(allowedHosts(childEnvironment(['a:1', 'b:2']))).toEqual(['a:1', 'b:2']);
    expect(allowedHosts({})).toEqual([]);
  });
});

describe('wrong use', () => {
  it.each<[string, Record<string, string | null>, RegExp]>([
    ['no parcels', { parcels: null }, /^No parcels: give --parcels FILE\.geojson/],
    ['no scenes', { catalog: null }, /^No scenes: give --catalog/],
    ['no folder', { out: null }, /^No output folder: give --out DIR\.$/],
    ['no baseline', { baseline: null }, /^No baseline: give --baseline A\/B/],
    ['no period', { period: null }, /^No monitoring period: give --period C\/D/],
    ['one day', { baseline: '2020-11-01' }, /^--baseline wants two UTC days .*; got "2020-11-01"\.$/],
    ['a time of day', { baseline: '2020-11-01T00:00/2020-11-02' }, /^--baseline wants two UTC days/],
    ['30 February', { period: '2023-02-01/2023-02-30' }, /^--period wants two UTC days/],
    ['an empty period', { period: '2023-02-02/2023-02-01' }, /^--period is an empty period: 2023-02-02 is after/],
    ['periods that overlap', { baseline: '2020-01-01/2023-11-01' }, /^The baseline must end before the monitoring/],
    ['month 13', { season: '1,13' }, /^--season wants whole numbers from 1 to 12 .*; got "1,13"\.$/],
    ['no month', { season: '' }, /^--season wants whole numbers/],
    ['class 12', { 'keep-scl': '4,12' }, /^--keep-scl wants whole numbers from 1 to 11/],
    ['class 0, which is nodata', { 'keep-scl': '0,4' }, /^--keep-scl wants whole numbers from 1 to 11/],
    ['half a date', { 'min-clear': '2.5' }, /^--min-clear wants a whole number; got "2\.5"\.$/],
    ['no date', { 'min-clear': '0' }, /^--min-clear wants a number from 1 to 1000; got "0"\.$/],
    ['a word for a number', { 'dilate-m': 'far' }, /^--dilate-m wants a number from 0 to 5000; got "far"\.$/],
    ['an empty number', { 'dilate-m': ' ' }, /^--dilate-m wants a number/],
    ['65 workers', { workers: '65' }, /^--workers wants a number from 1 to 64; got "65"\.$/],
    ['the mean', { composite: 'mean' }, /^--composite wants "median" or "percentile:P"/],
    ['the 101st percentile', { composite: 'percentile:101' }, /^--composite wants/],
    ['another runner', { runner: 'http://x' }, /^--runner wants "local" or an address such as redis:/],
    ['a host without port', { 'allow-host': 'example.org' }, /^--allow-host wants HOST:PORT/],
    ['a URL as host', { 'allow-host': 'http://example.org:80' }, /^--allow-host wants HOST:PORT/],
    ['an unknown flag', { cloud: '5' }, /^Unknown option '--cloud'\. Run "canopy monitor --help" for the flags\.$/],
  ])('says what was wanted of %s', async (_name, change, sentence) => {
    await expect(readMonitorConfig(flags(change), {})).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(sentence),
    });
  });

  it('names a flag without a value and a stray word in one line', async () => {
    await expect(readMonitorConfig(['--parcels', '--json'], {})).rejects.toMatchObject({
      message: `Option '--parcels' argument is ambiguous. Run "canopy monitor --help" for the flags.`,
    });
    await expect(readMonitorConfig(['now'], {})).rejects.toMatchObject({
      message: expect.stringMatching(/^Unexpected argument 'now'\. .*\.$/),
    });
  });
});

describe('a project file', () => {
  let folder: string;
  let path: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'canopy-config-'));
    path = join(folder, 'project.json');
    const project = {
      id: 'p',
      name: 'P',
      parcels: 'p.geojson',
      catalog: 'scenes',
      periods: {
        baseline: { start: '2019-01-01', end: '2019-12-31' },
        monitoring: { start: '2022-01-01', end: '2022-12-31' },
      },
      season: [11, 12],
      mask: { keepScl: [4], dilateM: 20 },
      thresholds: { loss: -0.2, gain: 0.1, minClear: 2 },
      endpoints: { ndviSoil: 0.2, ndviVegetation: 0.8 },
    };
    writeFileSync(path, JSON.stringify(project));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('gives everything but the output folder, paths from where it lies', async () => {
    const config = await readMonitorConfig(['--project', path, '--out', 'o'], {});
    expect([config.parcels, config.catalog]).toEqual([join(folder, 'p.geojson'), join(folder, 'scenes')]);
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    expect(config.project).toEqual({ id: 'p', name: 'P', synthetic: false, path, sha256 });
    expect(config.params).toMatchObject({
      baseline: { start: '2019-01-01', end: '2019-12-31' },
      seasonMonths: [11, 12],
      minClear: 2,
      keepScl: [4],
      dilateM: 20,
      lossThreshold: -0.2,
      gainThreshold: 0.1,
      ndviSoil: 0.2,
      ndviVegetation: 0.8,
    });
  });

  it('yields to flags', async () => {
    const argv = ['--project', path, '--out', 'o', '--min-clear', '5', '--season', '3', '--catalog', '/other'];
    const config = await readMonitorConfig([...argv, '--keep-scl', '5', '--dilate-m', '0'], {});
    expect(config.catalog).toBe('/other');
    expect(config.params).toMatchObject({ minClear: 5, seasonMonths: [3], keepScl: [5], dilateM: 0 });
  });
});
