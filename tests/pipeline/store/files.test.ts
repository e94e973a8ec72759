import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ensureFolder, sha256OfBytes, sha256OfFile, writeFileAtomic } from '../../../pipeline/store/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'canopy-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('replaces a file as a whole and leaves no temporary file', async () => {
  const path = join(folder, 'a.txt');
  writeFileSync(path, 'old and longer');
  await writeFileAtomic(path, 'new');
  expect(readFileSync(path, 'utf8')).toBe('new');
  await writeFileAtomic(path, new Uint8Array([1, 2, 3]));
  expect([...readFileSync(path)]).toEqual([1, 2, 3]);
  expect(readdirSync(folder)).toEqual(['a.txt']);
});

it('removes its temporary file when the last step fails', async () => {
  mkdirSync(join(folder, 'taken'));
  await expect(writeFileAtomic(join(folder, 'taken'), 'x')).rejects.toThrow();
  expect(readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([]);
});

it('leaves 1 whole version when 20 write the same name at once', async () => {
  const path = join(folder, 'b.txt');
  await Promise.all(Array.from({ length: 20 }, (_, i) => writeFileAtomic(path, `${i}:${'x'.repeat(100_000)}`)));
  expect(readFileSync(path, 'utf8')).toMatch(/^\d+:x{100000}$/);
});

it('hashes "abc" as FIPS 180-2 says, from memory and from disk', async () => {
  const wanted = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  const path = join(folder, 'c.txt');
  await writeFileAtomic(path, 'abc');
  expect([sha256OfBytes('abc'), sha256OfBytes(Buffer.from('abc')), await sha256OfFile(path)]).toEqual([
    wanted,
    wanted,
    wanted,
  ]);
});

it('makes a folder 2 deep, twice', async () => {
  await ensureFolder(join(folder, 'x', 'y'));
  await ensureFolder(join(folder, 'x', 'y'));
  expect(readdirSync(join(folder, 'x'))).toEqual(['y']);
});
