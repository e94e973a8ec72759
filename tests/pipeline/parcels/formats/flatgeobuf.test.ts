import { geojson } from 'flatgeobuf';
import { describe, expect, it } from 'vitest';
import { exportParcels } from '../../../../pipeline/parcels/export/export-parcels.ts';
import { readFlatgeobuf } from '../../../../pipeline/parcels/formats/flatgeobuf.ts';
import { SAMPLE } from '../export/sample-versions.ts';
import { read, readDamaged, refusal } from './reading.ts';

const provenance = { attribution: [], synthetic: false };

async function sampleBytes(): Promise<Buffer> {
  const { files } = await exportParcels(SAMPLE, { format: 'flatgeobuf', withPersonal: true, name: 'p', provenance });
  return Buffer.from(files[0]!.bytes);
}

const square = [
  [1, 9],
  [1.01, 9],
  [1.01, 9.01],
  [1, 9.01],
  [1, 9],
];

describe('FlatGeobuf of other programs', () => {
  const feature = {
    type: 'Feature',
    geometry: { type: 'Polygon', coordinates: [square] },
    properties: { name: 'Bora', ha: 1.5 },
  };

  it('the package of the format reads ours: 2 features, geometry and text equal', async () => {
    const features: { geometry: unknown; properties: Record<string, unknown> }[] = [];
    for await (const one of geojson.deserialize(new Uint8Array(await sampleBytes()))) features.push(one as never);
    expect(features.map(({ geometry }) => geometry)).toEqual(SAMPLE.map(({ geometry }) => geometry));
    expect(features[0]!.properties).toMatchObject({ id: 'P-1', name: 'Bora «é»', slope: 3.75, fenced: true });
  });

  it('a file without a CRS, as that package writes it, is asked about; assumeCrs answers', async () => {
    const bytes = geojson.serialize({ type: 'FeatureCollection', features: [feature] } as never);
    const { code, message } = await refusal(readFlatgeobuf, bytes);
    expect([code, message.slice(0, 25)]).toEqual(['E_PARCELS_CRS_MISSING', 'f does not say its CRS, s']);
    const file = await read(readFlatgeobuf, bytes, { assumeCrs: 'EPSG:4326' });
    expect(file.features[0]).toMatchObject({
      geometry: feature.geometry,
      place: 'feature 1',
      properties: { name: 'Bora', ha: 1.5 },
    });
  });
});

describe('hostile FlatGeobuf', () => {
  it.each([
    { what: 'no magic', change: (b: Buffer) => b.writeUInt8(0, 0), said: 'is no FlatGeobuf' },
    { what: 'version 9', change: (b: Buffer) => b.writeUInt8(9, 3), said: 'is a FlatGeobuf of version 9' },
    {
      what: 'a header of 4 GB',
      change: (b: Buffer) => b.writeUInt32LE(0xfffffff0, 8),
      said: 'its header says it has 4,294,967,280 bytes',
    },
    {
      what: 'a root far behind the header',
      change: (b: Buffer) => b.writeUInt32LE(0x7fffffff, 12),
      said: 'The header of f is damaged',
    },
  ])('$what is refused', async ({ change, said }) => {
    const bytes = await sampleBytes();
    change(bytes);
    expect((await refusal(readFlatgeobuf, bytes)).message).toContain(said);
  });

  it('a feature that claims 4 GB is refused with both lengths', async () => {
    const bytes = await sampleBytes();
    const first = 12 + bytes.readUInt32LE(8);
    bytes.writeUInt32LE(0xfffffff0, first);
    expect((await refusal(readFlatgeobuf, bytes)).message).toMatch(
      /feature 1 says it has 4,294,967,280 bytes, and [\d,]+ are left/,
    );
  });

  it('a file that is cut off in its last feature is refused', async () => {
    const bytes = await sampleBytes();
    expect((await refusal(readFlatgeobuf, bytes.subarray(0, -5))).message).toContain('feature 2 says');
  });

  it('every 4 bytes of a file set to 0xffffffff, one after the other: a file or a refusal, in under 20 s', async () => {
    const whole = await sampleBytes();
    for (let at = 0; at + 4 <= whole.length; at += 4) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt32LE(0xffffffff, at);
      await readDamaged(readFlatgeobuf, bytes);
    }
  }, 20_000);
});
