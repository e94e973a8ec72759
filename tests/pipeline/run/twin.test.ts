import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTwin } from '../../../pipeline/run/twin.ts';
import { PROFILE_FIGURES } from '../../../shared/api.ts';
import { describeWithData, sharedData } from '../../real-data.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-twin-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const figure = { value: 87_600, year: null, source: 'a test' };
const profile = Object.fromEntries(PROFILE_FIGURES.map((name) => [name, figure]));
const project = { id: 'p', name: 'P', synthetic: false, path: '/p/project.json', sha256: '0'.repeat(64) };

/** The twin of a project with one sink of this boundary. */
const twinOf = (boundary: string | null, more: object = {}) =>
  readTwin({ project, twin: { sinks: [{ id: 'sink', name: 'Sink', boundary, profile, ...more }], sources: [] } });

function writeBoundary(name: string, document: unknown): string {
  const path = join(root, name);
  writeFileSync(path, JSON.stringify(document));
  return path;
}

const square = (lon: number) => ({
  type: 'Polygon',
  coordinates: [
    [
      [lon, 0],
      [lon + 0.1, 0],
      [lon + 0.1, 0.1],
      [lon, 0.1],
      [lon, 0],
    ],
  ],
});

describeWithData('the boundaries of Copargo and Alfter', () => {
  it('measure 94,909 and 3,467 ha on the ellipsoid, beside the stated 87,600 and 3,400', async () => {
    for (const [name, areaHa] of [
      ['copargo', 94_909],
      ['alfter', 3467],
    ] as const) {
      const { twin } = await twinOf(join(sharedData, 'data/regions', `${name}.geojson`));
      const [region] = twin!.info.sinks;
      expect(Math.round(region!.measuredAreaHa!)).toBe(areaHa);
      expect(region!.profile.areaHa.value).toBe(87_600);
      expect(region!.boundary!.type).toBe('Polygon');
      expect(twin!.inputs).toEqual([
        expect.objectContaining({ role: 'boundary', identity: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) }),
      ]);
    }
  });
});

describe('the twin of a project', () => {
  it('is none without a project or a twin in it, and holds a region without boundary as it is', async () => {
    expect(await readTwin({ project: null, twin: null })).toEqual({ twin: null, note: null });
    expect(await readTwin({ project, twin: null })).toEqual({ twin: null, note: null });
    const { twin } = await twinOf(null);
    expect(twin!.info.sinks[0]).toEqual({ id: 'sink', name: 'Sink', profile, boundary: null, measuredAreaHa: null });
  });

  it('joins a boundary of 2 features into one and adds up their areas', async () => {
    const feature = (lon: number) => ({ type: 'Feature', properties: {}, geometry: square(lon) });
    const both = writeBoundary('two.geojson', { type: 'FeatureCollection', features: [feature(0), feature(1)] });
    const one = writeBoundary('one.geojson', square(0));
    const [two, single] = [(await twinOf(both)).twin!.info.sinks[0]!, (await twinOf(one)).twin!.info.sinks[0]!];
    expect(two.boundary).toEqual({ type: 'MultiPolygon', coordinates: [square(0).coordinates, square(1).coordinates] });
    expect(two.measuredAreaHa).toBeCloseTo(2 * single.measuredAreaHa!, 5);
  });

  it('is left out with a sentence where a profile lacks 1 of 6 figures', async () => {
    const { population: _, ...rest } = profile;
    const { twin, note } = await twinOf(null, { profile: rest });
    expect(twin).toBeNull();
    expect(note).toBe(
      'The twin is not among the results: the profile of region sink in the project file states no population.',
    );
  });

  it.each([
    ['a file that is not there', '/nowhere/b.geojson', /region sink cannot be read from .*ENOENT.*or set it to null/],
    [
      'a line',
      writeBoundary('line.geojson', {
        type: 'LineString',
        coordinates: [
          [0, 0],
          [1, 1],
        ],
      }),
      /cannot be used: it is a LineString/,
    ],
  ])('stops the run before it begins at a boundary that is %s', async (_, path, sentence) => {
    await expect(twinOf(path)).rejects.toThrow(sentence);
  });
});
