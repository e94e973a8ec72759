import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportParcels } from '../../../../pipeline/parcels/export/export-parcels.ts';
import { windGeometry } from '../../../../pipeline/parcels/export/geometry.ts';
import { tableOfVersions } from '../../../../pipeline/parcels/export/table.ts';
import { readFlatgeobuf } from '../../../../pipeline/parcels/formats/flatgeobuf.ts';
import { readGeopackage } from '../../../../pipeline/parcels/formats/geopackage.ts';
import { readShapefileZip } from '../../../../pipeline/parcels/formats/shapefile.ts';
import type { JsonValue } from '../../../../shared/parcel-check.ts';
import type { ParcelVersion } from '../../../../shared/register.ts';
import { largestDifferenceDeg, read } from '../formats/reading.ts';
import { attributes, ring, version } from './sample-versions.ts';

const provenance = { attribution: [], synthetic: false };
const names = ['species', 'Espèce', 'a b', 'Zone-1', 'note"s', 'données', 'x'];
const plainNumber = fc.double({ noNaN: true, noDefaultInfinity: true }).map((v) => v + 0);
const oneType: fc.Arbitrary<JsonValue>[] = [
  fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll('\0', '')),
  fc.boolean(),
  fc.maxSafeInteger().map((v) => v + 0),
  plainNumber,
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value).replaceAll('-0,', '0,')) as JsonValue),
];

/** Attributes of several parcels, each name of one kind of value in all of them, or nothing. */
const tables = fc
  .record({
    kinds: fc.array(fc.constantFrom(...oneType.keys()), { minLength: names.length, maxLength: names.length }),
    rows: fc.integer({ min: 1, max: 4 }),
  })
  .chain(({ kinds, rows }) => {
    const row = fc.record(
      Object.fromEntries(names.map((name, i) => [name, fc.option(oneType[kinds[i]!]!, { nil: null })])),
    );
    return fc.array(row, { minLength: rows, maxLength: rows });
  });

/** Polygons with a hole, and several of them side by side, at any place and of any size that has room for them. */
const geometries = fc
  .record({
    x: fc.double({ min: -179, max: 170, noNaN: true }),
    y: fc.double({ min: -85, max: 84, noNaN: true }),
    size: fc.double({ min: 1e-4, max: 0.5, noNaN: true }),
    parts: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
    isMulti: fc.boolean(),
  })
  .map(({ x, y, size, parts, isMulti }): ParcelVersion['geometry'] => {
    const polygons = parts.map((hasHole, i) => {
      const left = x + i * 2 * size;
      const hole = ring(left + size / 4, y + size / 4, size / 2).toReversed();
      return [ring(left, y, size), ...(hasHole ? [hole] : [])];
    });
    return isMulti || polygons.length > 1
      ? { type: 'MultiPolygon', coordinates: polygons }
      : { type: 'Polygon', coordinates: polygons[0]! };
  });

const registers = fc
  .tuple(tables, fc.array(geometries, { minLength: 4, maxLength: 4 }))
  .map(([rows, shapes]) =>
    rows.map((more, i) =>
      version(`P-${i}`, { geometry: shapes[i]!, attributes: attributes(more as Record<string, JsonValue>) }),
    ),
  );

function wantedOf(versions: readonly ParcelVersion[]) {
  const { columns, rows } = tableOfVersions(versions, true);
  return rows.map(({ geometry, values }) => ({
    geometry: windGeometry(geometry),
    properties: Object.fromEntries(columns.map(({ name }) => [name, values.get(name) ?? null])),
  }));
}

describe('out and in again, whatever the parcels', () => {
  it.each([
    ['geopackage', 60, readGeopackage],
    ['flatgeobuf', 200, readFlatgeobuf],
  ] as const)(
    '%s: geometry and attributes of %i random registers are equal, types too',
    async (format, runs, reader) => {
      await fc.assert(
        fc.asyncProperty(registers, async (versions) => {
          const { files, report } = await exportParcels(versions, {
            format,
            withPersonal: true,
            name: 'p',
            provenance,
          });
          const { features, notes } = await read(reader, files[0]!.bytes);
          expect(notes).toEqual([]);
          expect(report.limits.filter((limit) => !limit.startsWith('Columns have other names'))).toEqual([]);
          const got = features.map(({ geometry, properties }) => ({ geometry, properties: { ...properties } }));
          expect(got).toEqual(wantedOf(versions));
        }),
        { numRuns: runs },
      );
    },
    120_000,
  );

  it('shapefile: geometry of 200 random registers is equal, a MultiPolygon of 1 part as a Polygon', async () => {
    await fc.assert(
      fc.asyncProperty(registers, async (versions) => {
        const { files } = await exportParcels(versions, {
          format: 'shapefile',
          withPersonal: true,
          name: 'p',
          provenance,
        });
        const { features } = await read(readShapefileZip, files[0]!.bytes);
        for (const [i, { geometry }] of features.entries()) {
          const { type, coordinates } = wantedOf(versions)[i]!.geometry;
          const like =
            type === 'MultiPolygon' && coordinates.length === 1
              ? { type: 'Polygon', coordinates: coordinates[0] }
              : { type, coordinates };
          expect(largestDifferenceDeg(geometry, like)).toBe(0);
        }
      }),
      { numRuns: 200 },
    );
  }, 120_000);
});
