import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadProject } from '../../pipeline/project.ts';

const folder = mkdtempSync(join(tmpdir(), 'canopy-project-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const periods = {
  baseline: { start: '2018-01-01', end: '2020-12-31' },
  monitoring: { start: '2021-01-01', end: '2023-12-31' },
};
const smallest = { id: 'copargo', name: 'Copargo', parcels: 'parcels.geojson', periods };

function load(content: unknown) {
  const path = join(folder, 'project.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return loadProject(path);
}

describe('a project file', () => {
  it('needs 4 keys; the rest has the defaults of the contracts, and paths start at the file', async () => {
    expect(await load(smallest)).toEqual({
      ...smallest,
      parcels: join(folder, 'parcels.geojson'),
      synthetic: false,
      twin: null,
      idField: null,
      catalog: null,
      season: null,
      collections: null,
      mask: { keepScl: [4, 5, 6, 7], dilateM: 0 },
      thresholds: { loss: -0.15, gain: 0.15, minClear: 3 },
      endpoints: null,
      harmonise: false,
      coverModel: null,
      change: {},
    });
  });

  it('may state all of it: a twin of 2 regions, a season over New Year, mask, thresholds, endpoints', async () => {
    const figure = { value: 87_600, year: 2013, source: 'INSAE' };
    const project = await load({
      ...smallest,
      $schema: '../pipeline/project.schema.json',
      synthetic: true,
      catalog: 'https://earth-search.aws.element84.com/v1',
      season: [11, 12, 1],
      collections: ['sentinel-2-l2a'],
      mask: { dilateM: 40 },
      thresholds: { loss: -0.2 },
      endpoints: { ndviSoil: 0.15, ndviVegetation: 0.85 },
      twin: {
        sinks: [{ id: 'copargo', name: 'Copargo', boundary: 'c.geojson', profile: { areaHa: figure } }],
        sources: [
          { id: 'alfter', name: 'Alfter', boundary: null, profile: { temperatureC: { ...figure, value: -1 } } },
        ],
      },
    });
    expect(project).toMatchObject({
      synthetic: true,
      catalog: 'https://earth-search.aws.element84.com/v1',
      season: [11, 12, 1],
      mask: { keepScl: [4, 5, 6, 7], dilateM: 40 },
      thresholds: { loss: -0.2, gain: 0.15, minClear: 3 },
      endpoints: { ndviSoil: 0.15, ndviVegetation: 0.85 },
    });
    expect(project.twin!.sinks[0]).toEqual({
      id: 'copargo',
      name: 'Copargo',
      boundary: join(folder, 'c.geojson'),
      profile: { areaHa: figure },
    });
    expect(project.twin!.sources[0]!.boundary).toBeNull();
  });

  const region = { id: 'a', name: 'A' };
  // biome-ignore format: one row a case
  it.each([
    ['an unknown key at the top', { ...smallest, treshold: {} }, 'has the unknown key "treshold" at the top level; did you mean "thresholds"?'],
    ['an unknown key further in', { ...smallest, thresholds: { minclear: 2 } }, 'has the unknown key "minclear" in "thresholds"; did you mean "minClear"?'],
    ['an unknown key in a list', { ...smallest, twin: { sinks: [{ ...region, profil: {} }], sources: [] } }, '"profil" in "twin.sinks.0"; did you mean "profile"?'],
    ['a key like no other', { ...smallest, mask: { zzzzzzzzzz: 1 } }, 'known there are keepScl, dilateM'],
    ['no parcels', { ...smallest, parcels: undefined }, 'lacks the key "parcels" at the top level'],
    ['no monitoring period', { ...smallest, periods: { baseline: periods.baseline } }, 'lacks the key "monitoring" in "periods"'],
    ['a figure without a year', { ...smallest, twin: { sinks: [{ ...region, profile: { areaHa: { value: 1, source: 's' } } }], sources: [] } }, 'lacks the key "year" in "twin.sinks.0.profile.areaHa"'],
    ['people below 0', { ...smallest, twin: { sinks: [{ ...region, profile: { population: { value: -1, year: 2020, source: 's' } } }], sources: [] } }, 'has "twin.sinks.0.profile.population.value": -1, which must be >= 0'],
    ['month 13', { ...smallest, season: [13] }, 'has "season.0": 13, which must be <= 12'],
    ['a gain as loss', { ...smallest, thresholds: { loss: 0.15 } }, 'has "thresholds.loss": 0.15, which must be < 0'],
    ['half an observation', { ...smallest, thresholds: { minClear: 2.5 } }, 'must be integer'],
    ['a slash in the id', { ...smallest, id: 'a/b' }, 'Letters, digits, - and _'],
    ['a date in words', { ...smallest, periods: { ...periods, baseline: { start: 'May', end: '2020-12-31' } } }, 'has "periods.baseline.start": "May"'],
    ['30 February', { ...smallest, periods: { ...periods, baseline: { start: '2018-02-30', end: '2020-12-31' } } }, 'periods.baseline.start "2018-02-30", a day that does not exist'],
    ['a period backwards', { ...smallest, periods: { ...periods, baseline: { start: '2020-12-31', end: '2018-01-01' } } }, 'ends on 2018-01-01, before it starts on 2020-12-31'],
    ['periods that share a day', { ...smallest, periods: { ...periods, baseline: { start: '2018-01-01', end: '2021-01-01' } } }, 'the baseline has to end before'],
    ['endpoints in the wrong order', { ...smallest, endpoints: { ndviSoil: 0.9, ndviVegetation: 0.1 } }, 'ndviSoil 0.9, which has to be less than endpoints.ndviVegetation 0.1'],
    ['a catalog by ftp', { ...smallest, catalog: 'ftp://h/c' }, 'a path or an http(s) URL was wanted'],
    ['parcels by URL', { ...smallest, parcels: 'https://h/p.geojson' }, 'a file was wanted'],
    ['2 regions with one id', { ...smallest, twin: { sinks: [region], sources: [region] } }, 'gives the id "a" to two regions'],
    ['a list', [], 'must be object'],
  ])('with %s is refused in one sentence', async (_, content, words) => {
    const failure = load(content);
    await expect(failure).rejects.toMatchObject({ kind: 'usage', code: 'E_PROJECT', where: join(folder, 'project.json') });
    await expect(failure).rejects.toThrow(words);
    await expect(failure).rejects.toThrow(/^The project file \S+project\.json .*[.?]$/);
  });

  it('that is no JSON is refused with line and column', async () => {
    await expect(load('{\n "id": copargo }')).rejects.toThrow('line 2, column 8');
  });

  it('that is not there is refused with its path', async () => {
    await expect(loadProject(join(folder, 'none.json'))).rejects.toThrow('none.json cannot be read (ENOENT)');
  });
});
