import { describe, expect, it } from 'vitest';
import { exportParcels } from '../../../../pipeline/parcels/export/export-parcels.ts';
import { readParcelFile } from '../../../../pipeline/parcels/formats/read-file.ts';
import type { ParcelFormat } from '../../../../shared/parcel-check.ts';
import { attributes, SAMPLE, version } from './sample-versions.ts';

const provenance = { attribution: ['A register'], synthetic: false };
// A shapefile keeps days as days and cuts names to 10 letters; none of these is longer.
const versions = [
  SAMPLE[0]!,
  version('=2', {
    geometry: SAMPLE[1]!.geometry,
    attributes: attributes(
      { species: '=HYPERLINK("x")', trees: -3, slope: 0.5, fenced: false, soil: { ph: [1] } },
      { name: '-Nord' },
    ),
  }),
];
const typed: readonly ParcelFormat[] = ['geojson', 'geopackage', 'flatgeobuf'];
const asText: readonly ParcelFormat[] = ['shapefile', 'kml', 'kmz', 'csv'];

async function readBack(format: ParcelFormat) {
  const { files } = await exportParcels(versions, { format, withPersonal: true, name: 'parcels', provenance });
  const [main] = files;
  return await readParcelFile(main!.bytes, { name: main!.name, assumeCrs: null, layer: null });
}

describe('an export comes back as it was registered, without what the register adds', () => {
  it.each(typed)('%s: id, geometry and all attributes of 2 parcels, types too', async (format) => {
    const { candidates } = await readBack(format);
    for (const [i, { id, geometry, attributes: got }] of candidates.entries()) {
      expect({ id, geometry }).toEqual({ id: versions[i]!.id, geometry: versions[i]!.geometry });
      expect({ ...got, more: { ...got.more } }).toEqual({
        ...versions[i]!.attributes,
        more: { ...versions[i]!.attributes.more },
      });
    }
  });

  it.each(asText)('%s: the same, lists and what else the report names as text', async (format) => {
    const { candidates } = await readBack(format);
    for (const [i, { id, geometry, attributes: got }] of candidates.entries()) {
      const { more, ...wanted } = versions[i]!.attributes;
      expect({ id, geometry }).toEqual({ id: versions[i]!.id, geometry: versions[i]!.geometry });
      // A register of ours has said what the area is; a name cut to 10 letters is found all the same.
      expect({ ...got, more: null }).toEqual({ ...wanted, more: null });
      const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
      const [gotTexts, wantedTexts] = [got.more, more].map((record) =>
        Object.entries(record).map(([name, value]) => [name, text(value)]),
      );
      expect(gotTexts).toEqual(wantedTexts);
    }
  });
});
