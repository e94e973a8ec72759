import { expect, it } from 'vitest';
import { readFlatgeobuf } from '../../../../pipeline/parcels/formats/flatgeobuf.ts';
import type { ReadFormat } from '../../../../pipeline/parcels/formats/format.ts';
import { readGeopackage } from '../../../../pipeline/parcels/formats/geopackage.ts';
import { readShapefileZip } from '../../../../pipeline/parcels/formats/shapefile.ts';
import { mulberry32 } from '../../../../scripts/demo/random.ts';
import { describeWithGdal } from '../../../gdal.ts';
import { makeWithOgr } from './ogr-fixture.ts';
import { largestDifferenceDeg, read, readDamaged, refusal } from './reading.ts';

const ring = (x: number, y: number, size: number) => [
  [x, y],
  [x + size, y],
  [x + size, y + size],
  [x, y + size],
  [x, y],
];
const holed = [ring(1.6, 9.7, 0.01), ring(1.602, 9.702, 0.003).toReversed()];
const source = {
  type: 'FeatureCollection',
  name: 'parcels',
  features: [
    {
      geometry: { type: 'Polygon', coordinates: holed },
      properties: { name: 'Bora é', ha: 120.5, n: 7, done: true, day: '2025-06-01' },
    },
    {
      geometry: { type: 'MultiPolygon', coordinates: [[ring(1.7, 9.71, 0.01)], [ring(1.75, 9.71, 0.01)]] },
      properties: { name: null, ha: null, n: null, done: null, day: null },
    },
  ].map((feature) => ({ type: 'Feature', ...feature })),
};

const FORMATS: { format: string; file: string; flags: string[]; reader: ReadFormat }[] = [
  { format: 'Shapefile', file: 'p.shp', flags: ['-lco', 'ENCODING=UTF-8'], reader: readShapefileZip },
  { format: 'GeoPackage', file: 'p.gpkg', flags: [], reader: readGeopackage },
  { format: 'FlatGeobuf', file: 'p.fgb', flags: ['-lco', 'SPATIAL_INDEX=NO'], reader: readFlatgeobuf },
  { format: 'FlatGeobuf with an index', file: 'p.fgb', flags: [], reader: readFlatgeobuf },
];

/** Features under their names, because an index puts them into another order. */
async function readSorted(reader: ReadFormat, bytes: Uint8Array) {
  const { features, notes } = await read(reader, bytes);
  return {
    notes,
    features: features.toSorted((a, b) => Number(a.properties.name === null) - Number(b.properties.name === null)),
  };
}

for (const { format, file, flags, reader } of FORMATS) {
  describeWithGdal(`${format} as GDAL writes it`, () => {
    it('2 parcels with a hole and 2 parts: geometry to 1e-9°, text, numbers, truth and days as they are', async () => {
      const { features, notes } = await readSorted(reader, await makeWithOgr(source, file, ...flags));
      expect(notes).toEqual([]);
      expect(features).toHaveLength(2);
      const geometries = features.map(({ geometry }) => geometry as { type: string; coordinates: unknown[] });
      for (const [i, geometry] of geometries.entries()) {
        // A FlatGeobuf of GDAL has one type for all.
        const isPromoted = i === 0 && geometry.type === 'MultiPolygon';
        const like = isPromoted ? { type: 'MultiPolygon', coordinates: [holed] } : source.features[i]!.geometry;
        expect(largestDifferenceDeg(geometry, like)).toBeLessThan(1e-9);
      }
      expect({ ...features[0]!.properties }).toMatchObject({
        name: 'Bora é',
        ha: 120.5,
        n: 7,
        day: expect.stringMatching(/^2025[-/]06[-/]01(T00:00:00)?$/),
      });
      expect([true, 1]).toContain(features[0]!.properties.done);
      expect(Object.values(features[1]!.properties)).toEqual([null, null, null, null, null]);
    });

    it('coordinates of EPSG:32631 come back within 1e-9°, with a note', async () => {
      const bytes = await makeWithOgr(source, file, ...flags, '-t_srs', 'EPSG:32631');
      const { features, notes } = await readSorted(reader, bytes);
      expect(notes).toEqual(['The coordinates were turned from EPSG:32631 into longitude and latitude.']);
      const parts = features[1]!.geometry as { type: string };
      const like = source.features[1]!.geometry;
      expect(largestDifferenceDeg(parts, like)).toBeLessThan(1e-9);
    });

    it('EPSG:28992, whose datum needs a shift, is refused by name', async () => {
      const dutch = JSON.parse(JSON.stringify(source).replaceAll('1.', '5.').replaceAll('9.7', '52.7')) as unknown;
      const bytes = await makeWithOgr(dutch, file, ...flags, '-t_srs', 'EPSG:28992');
      const { code, message } = await refusal(reader, bytes);
      expect(code).toBe('E_PARCELS_CRS');
      expect(message).toMatch(/Amersfoort|28992/);
    });

    it.each(['XYZ', 'XYM', 'XYZM'])('%s: 2 rows lose Z or M with a note, nothing else', async (dim) => {
      if (format === 'Shapefile' && dim === 'XYZM') return;
      const { features, notes } = await readSorted(reader, await makeWithOgr(source, file, ...flags, '-dim', dim));
      expect(notes.join()).toMatch(/^Z or M of 2 (records|rows|features) was left out: parcels are flat\.$/);
      const like = source.features[1]!.geometry;
      expect(largestDifferenceDeg(features[1]!.geometry, like)).toBeLessThan(1e-9);
    });

    it('1,000 files with up to 12 changed bytes end as a file or a refusal', { timeout: 240_000 }, async () => {
      const whole = await makeWithOgr(source, file, ...flags);
      const random = mulberry32(58);
      const pick = (count: number) => Math.floor(random() * count);
      let refused = 0;
      for (let i = 0; i < 1000; i++) {
        const bytes = Uint8Array.from(pick(20) === 0 ? whole.subarray(0, pick(whole.length)) : whole);
        for (let flips = 1 + pick(12); flips > 0; flips--) bytes[pick(bytes.length)] = pick(256);
        if ((await readDamaged(reader, bytes)) === null) refused += 1;
      }
      expect(refused).toBeGreaterThan(10);
    });
  });
}
