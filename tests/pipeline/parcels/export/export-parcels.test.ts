import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { EXPORT_FORMATS, exportParcels } from '../../../../pipeline/parcels/export/export-parcels.ts';
import { tableOfVersions } from '../../../../pipeline/parcels/export/table.ts';
import { readFlatgeobuf } from '../../../../pipeline/parcels/formats/flatgeobuf.ts';
import type { ReadFormat } from '../../../../pipeline/parcels/formats/format.ts';
import { readGeopackage } from '../../../../pipeline/parcels/formats/geopackage.ts';
import { readShapefileZip } from '../../../../pipeline/parcels/formats/shapefile.ts';
import { usageError } from '../../../../shared/errors.ts';
import type { ParcelFormat } from '../../../../shared/parcel-check.ts';
import type { ParcelVersion } from '../../../../shared/register.ts';
import { describeWithGdal } from '../../../gdal.ts';
import { readWithOgr } from '../formats/ogr-fixture.ts';
import { read } from '../formats/reading.ts';
import { attributes, ring, SAMPLE, version } from './sample-versions.ts';

const provenance = { attribution: ['Parcels of the twin Copargo and Alfter, CC-BY-4.0'], synthetic: true };

function exportAs(format: ParcelFormat, versions: readonly ParcelVersion[] = SAMPLE, withPersonal = true) {
  return exportParcels(versions, { format, withPersonal, name: 'parcels', provenance });
}

async function textOf(
  format: ParcelFormat,
  versions?: readonly ParcelVersion[],
  withPersonal?: boolean,
): Promise<string> {
  const { files } = await exportAs(format, versions, withPersonal);
  const all = files.flatMap(({ name, bytes }) =>
    /\.(zip|kmz)$/.test(name) ? Object.values(unzipSync(bytes)) : [bytes],
  );
  return all.map((bytes) => Buffer.from(bytes).toString('utf8')).join('\n');
}

/** What the table says of each parcel, its columns filled up with null. */
function wanted(versions: readonly ParcelVersion[], withPersonal = true) {
  const { columns, rows } = tableOfVersions(versions, withPersonal);
  return rows.map(({ geometry, values }) => ({
    geometry,
    properties: Object.fromEntries(columns.map(({ name }) => [name, values.get(name) ?? null])),
  }));
}

async function readBack(format: ReadFormat, bytes: Uint8Array) {
  const { features, notes } = await read(format, bytes);
  return { notes, features: features.map(({ geometry, properties }) => ({ geometry, properties: { ...properties } })) };
}

describe('out and in again', () => {
  it('GeoPackage: geometry, attributes and types of 2 parcels are equal, and nothing is lost', async () => {
    const { files, report } = await exportAs('geopackage');
    expect(await readBack(readGeopackage, files[0]!.bytes)).toEqual({ notes: [], features: wanted(SAMPLE) });
    expect(report.limits).toEqual([]);
  });

  it('FlatGeobuf: the same', async () => {
    const { files, report } = await exportAs('flatgeobuf');
    expect(await readBack(readFlatgeobuf, files[0]!.bytes)).toEqual({ notes: [], features: wanted(SAMPLE) });
    expect(report.limits).toEqual([]);
  });

  it('GeoJSON: the same, with the attribution on the collection', async () => {
    const { files, report } = await exportAs('geojson');
    const document = JSON.parse(Buffer.from(files[0]!.bytes).toString()) as {
      features: { geometry: unknown; properties: unknown }[];
    };
    expect(document).toMatchObject({ name: 'parcels', ...provenance });
    expect(document.features.map(({ geometry, properties }) => ({ geometry, properties }))).toEqual(wanted(SAMPLE));
    expect(report.limits).toEqual([]);
  });

  it('shapefile: geometry equal, attributes up to what the report says: 12 short names, JSON as text', async () => {
    const { files, report } = await exportAs('shapefile');
    const { features, notes } = await readBack(readShapefileZip, files[0]!.bytes);
    expect(notes).toEqual([]);
    expect(features.map(({ geometry }) => geometry)).toEqual(wanted(SAMPLE).map(({ geometry }) => geometry));
    const renamed = new Map(
      [...report.limits[0]!.matchAll(/(\S+) = (\S+?)[,.]/g)].map(([, short, long]) => [short!, long!]),
    );
    expect(report.limits[0]).toContain('Columns have other names here: ');
    expect(report.limits[1]).toBe('Lists and objects are JSON text, and come back as text: "canopy_mends", "soil".');
    expect(report.limits).toHaveLength(2);
    const full = features.map(({ properties }) =>
      Object.fromEntries(Object.entries(properties).map(([name, value]) => [renamed.get(name) ?? name, value])),
    );
    const flat = wanted(SAMPLE).map(({ properties }) =>
      Object.fromEntries(
        Object.entries(properties).map(([name, value]) => [
          name,
          typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
        ]),
      ),
    );
    expect(full).toEqual(flat);
  });
});

describe('what an export says', () => {
  it.each(EXPORT_FORMATS)(
    '%s: the same parcels give the same bytes, and the report their length and SHA-256',
    async (format) => {
      const [first, second] = [await exportAs(format), await exportAs(format)];
      expect(first.files).toEqual(second.files);
      expect(first.report).toMatchObject({ format, parcels: 2, bytes: first.files[0]!.bytes.length });
      expect(first.report.sha256).toMatch(/^[0-9a-f]{64}$/);
    },
  );

  it.each(EXPORT_FORMATS)(
    '%s: tenure, consent, author and reason only when asked for, else a sentence',
    async (format) => {
      const personal = /Chabi Bio|Awa Sanni|Walked again|tenure|canopy_author/;
      const text = await textOf(format, SAMPLE, false);
      expect(text.replace(/Tenure, consent, author and reason were left out[^\n]*/, '')).not.toMatch(personal);
      const { report } = await exportAs(format, SAMPLE, false);
      expect(report.limits[0]).toBe('Tenure, consent, author and reason were left out: they are personal data.');
      for (const wantedText of ['Deed 12 of Chabi Bio', 'Awa Sanni', 'Walked again with the chief']) {
        expect(await textOf(format, SAMPLE, true)).toContain(wantedText);
      }
    },
  );

  it.each(EXPORT_FORMATS)(
    '%s carries version, region, state, origin, mends, hash, time, and the attribution',
    async (format) => {
      const text = await textOf(format);
      for (const part of [
        'copargo',
        'active',
        'Parcelles.kml',
        'a'.repeat(64),
        'close-ring',
        'b'.repeat(64),
        '2026-03-04T05:06:07.000Z',
        'CC-BY-4.0',
      ]) {
        expect(text).toContain(part);
      }
      expect(text.toLowerCase()).toContain('synthetic');
    },
  );

  it('GPX is refused with a sentence: it knows no areas', async () => {
    await expect(exportAs('gpx')).rejects.toMatchObject({
      kind: usageError('').kind,
      message: expect.stringContaining('GPX knows points and lines, no areas, and is for import only'),
    });
  });

  it.each(EXPORT_FORMATS)('%s takes 0 parcels', async (format) => {
    expect((await exportAs(format, [])).report.parcels).toBe(0);
  });

  it('an attribute called like a column of the register gets another name, and the report says which', async () => {
    const odd = version('P', { attributes: attributes({ id: 7, canopy_version: 'x', ID: 1 }) });
    const { report, files } = await exportAs('geopackage', [odd]);
    const [feature] = (await readBack(readGeopackage, files[0]!.bytes)).features;
    expect(feature!.properties).toMatchObject({ id: 'P', id_2: 7, canopy_version: 3, canopy_version_2: 'x', ID_3: 1 });
    expect(report.limits.slice(0, 2)).toEqual([
      'The attribute "id" is called "id_2": its name is that of a column of the register.',
      'The attribute "canopy_version" is called "canopy_version_2": its name is that of a column of the register.',
    ]);
  });

  it('attributes that only some parcels have are null in the others, and the report names them', async () => {
    const mixed = [
      version('A', { attributes: attributes({ a: 1 }) }),
      version('B', { attributes: attributes({ b: 'x' }) }),
    ];
    for (const format of ['geopackage', 'flatgeobuf', 'shapefile', 'csv', 'kml'] as const) {
      expect((await exportAs(format, mixed)).report.limits.join()).toContain('Only some parcels have "a", "b"');
    }
    expect((await exportAs('geojson', mixed)).report.limits).toEqual([]);
  });
});

describe('texts that formats cannot hold', () => {
  const odd = (value: string) => [version('P', { attributes: attributes({ note: value }) })];

  it('CSV: =HYPERLINK(…), +, -, @ and TAB get an apostrophe; a plain negative number does not', async () => {
    for (const start of ['=HYPERLINK("http://x","y")', '+cmd', '-cmd', '@SUM(A1)', '\tx', "'=x"]) {
      const text = await textOf('csv', odd(start));
      expect(text).toContain(`'${start.replaceAll('"', '""')}`);
    }
    expect(await textOf('csv', odd('-12.5'))).toContain(',-12.5,');
    expect((await textOf('csv')).split('\n')[2]).toMatch(/^'=2,/);
  });

  it('shapefile: a text of 300 letters é is cut to 254 bytes, 127 letters, and the report says so', async () => {
    const { report, files } = await exportAs('shapefile', odd('é'.repeat(300)));
    expect(report.limits).toContain('Texts of "note" are longer than 254 bytes and were cut in 1 parcel.');
    const [feature] = (await readBack(readShapefileZip, files[0]!.bytes)).features;
    expect(feature!.properties.note).toBe('é'.repeat(127));
  });

  it('NUL and half a surrogate pair become U+FFFD, and the report names the column', async () => {
    for (const format of ['geopackage', 'flatgeobuf', 'shapefile', 'csv', 'kml'] as const) {
      const { report } = await exportAs(format, odd('a\0b\ud800'));
      expect(report.limits).toContain('Signs that the format cannot hold were replaced by \ufffd in "note".');
    }
    expect(await textOf('geopackage', odd('a\0b\ud800'))).toContain('a\ufffdb\ufffd');
  });

  it('KML: markup in a name stays text', async () => {
    const text = await textOf('kml', [version('P', { attributes: attributes({}, { name: '<img onerror=x> & "y"' }) })]);
    expect(text).toContain('<name>&lt;img onerror=x&gt; &amp; &quot;y&quot;</name>');
  });

  it('README.txt of a shapefile lists the 10-letter names with the long ones', async () => {
    const { files } = await exportAs('shapefile');
    const readme = Buffer.from(unzipSync(files[0]!.bytes)['README.txt']!).toString();
    expect(readme).toMatch(/interventi +intervention: What is planned or done on it/);
    expect(readme).toContain('CC-BY-4.0');
  });

  it('300 attributes: a shapefile keeps 255 columns and names those that it left out', async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`attribute${i}`, i]));
    const { report, files } = await exportAs('shapefile', [version('P', { attributes: attributes(many) })]);
    expect(report.limits.join('\n')).toMatch(/room for 255 columns; left out: "attribute\d+", .* and \d+ more/);
    const [feature] = (await readBack(readShapefileZip, files[0]!.bytes)).features;
    expect(Object.keys(feature!.properties)).toHaveLength(255);
  });
});

describe('geometry', () => {
  it('rings that run the wrong way are turned (RFC 7946), each from its first corner on', async () => {
    const turned = version('P', { geometry: { type: 'Polygon', coordinates: [ring(1, 9, 0.1).toReversed()] } });
    const document = JSON.parse(await textOf('geojson', [turned])) as { features: { geometry: unknown }[] };
    expect(document.features[0]!.geometry).toEqual({ type: 'Polygon', coordinates: [ring(1, 9, 0.1)] });
  });

  it('a parcel cut at the 180° meridian stays cut where it was', async () => {
    const fiji = { type: 'MultiPolygon', coordinates: [[ring(179.9, -17, 0.1)], [ring(-180, -17, 0.1)]] } as const;
    for (const [format, reader] of [
      ['geopackage', readGeopackage],
      ['flatgeobuf', readFlatgeobuf],
      ['shapefile', readShapefileZip],
    ] as const) {
      const { files } = await exportAs(format, [version('P', { geometry: fiji })]);
      expect((await readBack(reader, files[0]!.bytes)).features[0]!.geometry).toEqual(fiji);
    }
  });
});

describeWithGdal('GDAL reads each file', () => {
  const endings = {
    geojson: 'geojson',
    kml: 'kml',
    kmz: 'kmz',
    geopackage: 'gpkg',
    flatgeobuf: 'fgb',
    shapefile: 'shz',
    csv: 'csv',
  };

  it.each(Object.entries(endings))(
    '%s: 2 features, geometry to 1e-9°, names and figures equal',
    async (format, ending) => {
      const { files } = await exportAs(format as ParcelFormat);
      const { features } = await readWithOgr(files[0]!.bytes, `parcels.${ending}`);
      expect(features).toHaveLength(2);
      const flat = (geometry: unknown) =>
        (geometry as { coordinates: unknown[] }).coordinates.flat(4 as 1) as unknown as number[];
      for (const [i, { id, geometry, properties }] of features.entries()) {
        const like = wanted(SAMPLE)[i]!;
        // Programs may turn rings and begin with another part: the same corners have to be there.
        if (geometry !== null) {
          const [got, want] = [flat(geometry), flat(like.geometry)].map((numbers) => numbers.toSorted((a, b) => a - b));
          expect(got).toHaveLength(want!.length);
          expect(Math.max(...got!.map((v, k) => Math.abs(v - want![k]!)))).toBeLessThan(1e-9);
        }
        const value = (name: string) => properties[name] ?? properties[name.slice(0, 10)];
        expect(String(value('id') ?? id)).toBe(format === 'csv' && i === 1 ? "'=2" : like.properties.id);
        expect(Number(value('parcel_ha'))).toBe(110.123456789012);
        if (i === 0) expect(value('species')).toBe('Khaya senegalensis');
      }
    },
  );
});
