import { connect } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ParcelFile, readParcelFile } from '../../../pipeline/parcels/formats/read-file.ts';
import { makeParcelInput } from '../../../scripts/fuzz/parcels/input.ts';
import { denyNetwork } from '../../../scripts/fuzz/parcels/no-network.ts';
import { runParcelBatch } from '../../../scripts/fuzz/parcels/reading.ts';
import { makeParcelSeeds, type ParcelSeed } from '../../../scripts/fuzz/parcels/seeds.ts';
import { inputError } from '../../../shared/errors.ts';
import { PARCEL_FORMATS } from '../../../shared/parcel-check.ts';

let seeds: ParcelSeed[];

beforeAll(async () => {
  seeds = await makeParcelSeeds();
});

describe('what the fuzzer finds fault with', () => {
  const task = { format: 'csv', runSeed: 1, firstIndex: 4, count: 1 } as const;
  const good: ParcelFile = { format: 'csv', candidates: [], used: { assumedCrs: null, layer: null }, notes: [] };
  const readers: [what: string, read: () => Promise<ParcelFile>][] = [
    ['bug', () => Promise.reject(new TypeError('x is not a function'))],
    ['bug', () => Promise.reject(inputError('E_X', 'no words'))],
    ['malformed', () => Promise.resolve(good)],
    [
      'slow',
      async () => {
        const start = process.cpuUsage().user;
        while (process.cpuUsage().user - start < 1.1e6);
        throw inputError('E_X', 'A refusal that comes too late for anybody.');
      },
    ],
    [
      'network',
      async () => {
        connect(9, '127.0.0.1');
        return good;
      },
    ],
    [
      'pollution',
      async () => {
        Object.assign(Object.prototype, { polluted: 1 });
        throw inputError('E_X', 'A refusal that left something behind.');
      },
    ],
  ];
  it.each(readers)('is a %s', async (what, read) => {
    denyNetwork();
    const { failures } = await runParcelBatch(seeds, task, { read });
    expect(failures.map((failure) => [failure.index, failure.what])).toContainEqual([4, what]);
    expect('polluted' in {}).toBe(false);
  });
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
