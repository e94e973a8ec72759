import { beforeAll, describe, expect, it } from 'vitest';
import { readParcelFile } from '../../../pipeline/parcels/formats/read-file.ts';
import { makeParcelInput } from '../../../scripts/fuzz/parcels/input.ts';
import { runParcelBatch } from '../../../scripts/fuzz/parcels/reading.ts';
import { makeParcelSeeds, type ParcelSeed } from '../../../scripts/fuzz/parcels/seeds.ts';
import { PARCEL_FORMATS } from '../../../shared/parcel-check.ts';

let seeds: ParcelSeed[];

beforeAll(async () => {
  seeds = await makeParcelSeeds();
});

describe('the fuzzer of parcel files', () => {
  it('harms files of all 8 formats that are read unharmed', async () => {
    expect(new Set(seeds.map(({ format }) => format))).toEqual(new Set(PARCEL_FORMATS));
    for (const { format, name, bytes } of seeds) {
      const file = await readParcelFile(bytes, { name, assumeCrs: null, layer: null });
      expect([name, file.format]).toEqual([name, format]);
    }
  });

  it('makes the same input for the same seed and number, another for another', async () => {
    const number = { format: 'shapefile', runSeed: 5, index: 17 } as const;
    const [first, again] = [await makeParcelInput(seeds, number), await makeParcelInput(seeds, number)];
    expect(Buffer.from(again.bytes).equals(first.bytes)).toBe(true);
    const next = await makeParcelInput(seeds, { ...number, index: 18 });
    expect(Buffer.from(next.bytes).equals(first.bytes)).toBe(false);
  });

  it.each(PARCEL_FORMATS)('200 harmed inputs of %s are read or refused in words', async (format) => {
    const { read, refused, failures } = await runParcelBatch(seeds, { format, runSeed: 1, firstIndex: 0, count: 200 });
    // How long an input takes is measured by `npm run fuzz`, not here.
    expect(failures.filter(({ what }) => what !== 'slow' && what !== 'memory')).toEqual([]);
    expect(read + refused).toBe(200);
    expect(Math.min(read, refused)).toBeGreaterThan(20);
  });
});
