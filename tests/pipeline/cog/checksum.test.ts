import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkFile } from '../../../pipeline/cog/checksum.ts';

/** FIPS 180-2, appendices B.1 and C.1: the digests of «abc». */
const SHA256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const SHA512 =
  'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f';

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'canopy-checksum-'));
  path = join(folder, 'abc.tif');
  writeFileSync(path, 'abc');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the checksum that an item states', () => {
  it.each([
    ['SHA2-256', `1220${SHA256}`],
    ['SHA2-512', `1340${SHA512}`],
    ['SHA2-512 in capitals', `1340${SHA512.toUpperCase()}`],
  ])('fits the file: %s', async (_name, checksum) => {
    await expect(checkFile(path, checksum, `sha256:${SHA256}`)).resolves.toBeUndefined();
  });

  it.each([
    ['SHA2-256', `1220${SHA256.replace('ba', 'bb')}`],
    ['SHA2-512', `1340${SHA512.replace('dd', 'de')}`],
  ])('is refused with E_CHECKSUM and both digests when one digit of %s differs', async (_name, checksum) => {
    await expect(checkFile(path, checksum, `sha256:${SHA256}`)).rejects.toMatchObject({
      kind: 'input',
      code: 'E_CHECKSUM',
      message: expect.stringMatching(
        /abc\.tif is not the file that its item describes: its sha(256|512) is [0-9a-f]{12}…, the item states [0-9a-f]{12}…/,
      ),
    });
  });
});
