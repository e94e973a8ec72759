import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readZip } from '../../../../pipeline/parcels/formats/zip.ts';
import { type MadeEntry, makeZip } from './zip-maker.ts';

const text = (words: string) => new TextEncoder().encode(words);
const file = (name: string, more: Partial<MadeEntry> = {}): MadeEntry => ({ name, data: text('hello'), ...more });
const zeros = new Uint8Array(90 * 1024 * 1024);

/** Long runs of no zip at all, so that what is refused is not refused for its ratio. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

describe('a zip', () => {
  it('gives its 2 files by the names they have, stored or deflated, without folders and the clutter of macOS', async () => {
    const zip = makeZip([
      file('champs/', { data: new Uint8Array() }),
      file('champs/Été.shp'),
      file('__MACOSX/champs/._Été.shp'),
      file('champs/.DS_Store'),
      file('b.dbf', { method: 0, data: text('table') }),
    ]);
    const files = await readZip(zip, 'a.zip');
    expect([...files].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)])).toEqual([
      ['champs/Été.shp', 'hello'],
      ['b.dbf', 'table'],
    ]);
  });

  it('is read from the middle of a larger buffer', async () => {
    const zip = makeZip([file('a.txt')]);
    const padded = new Uint8Array(zip.length + 20).fill(0x50);
    padded.set(zip, 10);
    expect([...(await readZip(padded.subarray(10, 10 + zip.length), 'a.zip')).keys()]).toEqual(['a.txt']);
  });

  const hostile: [what: string, zip: () => Uint8Array, says: RegExp][] = [
    ['a bomb of 90 MB of zeros', () => makeZip([file('a.kml', { data: zeros })]), /grows from .* at most 200 times/],
    [
      '90 MB that state 1,000 bytes',
      () => makeZip([file('a.kml', { data: zeros, statedBytes: 1000 })]),
      /"a.kml" states 1,000 bytes and unpacks to more/,
    ],
    ['5 bytes that state 6', () => makeZip([file('a.kml', { statedBytes: 6 })]), /states 6 bytes and has 5/],
    [
      'stored bytes that state 6',
      () => makeZip([file('a.kml', { method: 0, statedBytes: 6 })]),
      /states 6 bytes and has 5/,
    ],
    [
      '120 MB in 12 files',
      () =>
        makeZip(
          Array.from({ length: 12 }, (_, i) => file(`${i}`, { packed: noise(1000_00), statedBytes: 10 * 1024 * 1024 })),
        ),
      /unpacks to 120 MB; at most 100 MB/,
    ],
    ['a folder of 90 MB', () => makeZip([file('a/', { data: zeros })]), /folder "a\/" holds data/],
    [
      'a folder that states nothing and holds 1 MB',
      () => makeZip([file('a/', { data: new Uint8Array(), packed: deflateRawSync(zeros.subarray(0, 1e6)) })]),
      /folder "a\/" holds data/,
    ],
    ['100,000 files', () => makeZip([file('a')], 100_000), /holds at least 65,535 files; limit 200/],
    ['201 files', () => makeZip(Array.from({ length: 201 }, (_, i) => file(`${i}`))), /holds 201 files; limit 200/],
    [
      'files that share their bytes',
      () => makeZip([file('a'), file('b', { sharesWith: 0 })]),
      /"b" overlaps another file/,
    ],
    ['a zip in a zip', () => makeZip([file('b.dat', { data: makeZip([file('c')]) })]), /another archive, "b.dat"/],
    ['a path that leads up', () => makeZip([file('../../etc/cron.d/a')]), /path that leads elsewhere/],
    ['a path that leads up with backslashes', () => makeZip([file('a\\..\\..\\b')]), /path that leads elsewhere/],
    ['an absolute path', () => makeZip([file('/etc/passwd')]), /path that leads elsewhere/],
    ['a drive', () => makeZip([file('C:\\a.shp')]), /path that leads elsewhere/],
    ['a password', () => makeZip([file('a.kml', { flags: 1 })]), /protected with a password/],
    ['AES', () => makeZip([file('a.kml', { method: 99 })]), /protected with a password/],
    ['LZMA', () => makeZip([file('a.kml', { method: 14 })]), /packed with LZMA/],
    ['a wrong checksum', () => makeZip([file('a.kml', { crc32: 1 })]), /"a.kml" does not match its checksum/],
    ['the same name twice', () => makeZip([file('a'), file('a')]), /holds "a" twice/],
    ['more files than stated', () => makeZip([file('a'), file('b')], 1), /holds more than it states/],
    ['fewer files than stated', () => makeZip([file('a')], 2), /breaks off at file 2 of 2/],
    ['damaged packing', () => makeZip([file('a', { packed: noise(50) })]), /cannot be unpacked/],
    ['no end', () => makeZip([file('a')]).subarray(0, 60), /breaks off/],
    ['21 MB', () => noise(21 * 1024 * 1024), /has 21 MB; at most 20 MB/],
  ];
  it.each(hostile)('with %s is refused with a reason', async (_, zip, says) => {
    await expect(readZip(zip(), 'a.zip')).rejects.toThrow(says);
    await expect(readZip(zip(), 'a.zip')).rejects.toMatchObject({ kind: 'input', where: 'a.zip' });
  });
});
