import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { groupRanges, openFileSource, openHttpSource, type RangeReader } from '../../../pipeline/cog/source.ts';

const folder = mkdtempSync(join(tmpdir(), 'cog-source-'));
afterAll(() => rmSync(folder, { recursive: true }));
const content = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));

describe('a file source', () => {
  it('reads exact ranges, the first 32 KiB of them from its head, and is named by its SHA-256', async () => {
    const path = join(folder, 'a.bin');
    writeFileSync(path, content);
    const source = await openFileSource(path);
    expect(source.sizeBytes).toBe(100_000);
    expect(Buffer.from(await source.read(10, 20))).toEqual(content.subarray(10, 30));
    expect(source.stats()).toEqual({ requests: 1, bytes: 32_768 });
    expect(Buffer.from(await source.read(90_000, 10_000))).toEqual(content.subarray(90_000));
    expect(source.stats()).toEqual({ requests: 2, bytes: 42_768 });
    expect(await source.identity()).toBe(`sha256:${createHash('sha256').update(content).digest('hex')}`);
    await expect(source.read(99_999, 2)).rejects.toMatchObject({ code: 'E_TIFF_TRUNCATED' });
    await source.close();
  });

  it('is E_ASSET_MISSING where there is no file, and E_ASSET_UNREADABLE where there is a folder', async () => {
    const missing = join(folder, 'B04.tif');
    await expect(openFileSource(missing)).rejects.toMatchObject({
      code: 'E_ASSET_MISSING',
      kind: 'input',
      where: missing,
    });
    await expect(openFileSource(folder)).rejects.toMatchObject({ code: 'E_ASSET_UNREADABLE', kind: 'input' });
  });
});

interface Fake extends RangeReader {
  readonly asked: [number, number, string | null][];
  etag: string | null;
  bytes: Buffer;
}

function fakeServer(bytes: Buffer): Fake {
  const fake: Fake = {
    asked: [],
    etag: '"v1"',
    bytes,
    async readRange(_url, offsetBytes, lengthBytes, etag) {
      fake.asked.push([offsetBytes, lengthBytes, etag]);
      const end = Math.min(offsetBytes + lengthBytes, fake.bytes.length);
      return { bytes: fake.bytes.subarray(offsetBytes, end), etag: fake.etag, totalBytes: fake.bytes.length };
    },
  };
  return fake;
}

describe('an HTTP source', () => {
  it('asks once for the head and pins its ETag on every later range', async () => {
    const server = fakeServer(content);
    const source = await openHttpSource('https://host/B04.tif?sig=secret', server);
    await source.read(0, 1000);
    await source.read(50_000, 100);
    expect(server.asked).toEqual([
      [0, 32_768, null],
      [50_000, 100, '"v1"'],
    ]);
    expect(source.stats()).toEqual({ requests: 2, bytes: 32_868 });
    expect(await source.identity()).toBe('etag:"v1"');
  });

  it('accepts a file that is shorter than a head, and goes by size without an ETag', async () => {
    const server = fakeServer(content.subarray(0, 500));
    server.etag = null;
    const source = await openHttpSource('https://host/small.tif', server);
    expect(source.sizeBytes).toBe(500);
    expect(await source.identity()).toBe('size:500');
  });

  it('is E_SOURCE_CHANGED (transient) with a new ETag or length, and never shows the query of its link', async () => {
    const server = fakeServer(content);
    const source = await openHttpSource('https://host/B04.tif?sig=secret', server);
    server.etag = '"v2"';
    const error = await source.read(50_000, 100).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'E_SOURCE_CHANGED', kind: 'transient', where: 'https://host/B04.tif' });
    expect(String(error)).not.toContain('secret');
    server.etag = '"v1"';
    server.bytes = Buffer.concat([content, content]);
    await expect(source.read(50_000, 100)).rejects.toMatchObject({ code: 'E_SOURCE_CHANGED' });
  });
});

describe('groupRanges', () => {
  it('joins ranges up to 16 KiB apart and 4 MiB long, in the order of the file', () => {
    const range = (offsetBytes: number, lengthBytes: number) => ({ offsetBytes, lengthBytes });
    const mib = 2 ** 20;
    const groups = groupRanges([
      range(5 * mib, mib),
      range(0, 100),
      range(108, 100),
      range(16_592, 8),
      range(40_000, 8),
    ]);
    expect(groups).toEqual([
      [range(0, 100), range(108, 100), range(16_592, 8)],
      [range(40_000, 8)],
      [range(5 * mib, mib)],
    ]);
    expect(groupRanges([range(0, 3 * mib), range(3 * mib, 2 * mib)])).toHaveLength(2);
    expect(groupRanges([])).toEqual([]);
  });
});
