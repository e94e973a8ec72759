import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStoreSettings } from '../../../pipeline/config-store.ts';
import { sha256OfBytes } from '../../../pipeline/store/files.ts';
import { openUnitStore, type UnitStore } from '../../../pipeline/store/unit-store.ts';
import { startS3Server } from '../../s3-server.ts';

const scratch = mkdtempSync(join(tmpdir(), 'canopy-units-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const text = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString('utf8');
const bytes = (content: string) => new TextEncoder().encode(content);

interface Place {
  /** Opens a second handle on the same place, as another worker does. */
  open(): Promise<UnitStore>;
  stop(): Promise<void>;
}

async function makeFolder(): Promise<Place> {
  const folder = mkdtempSync(join(scratch, 'store-'));
  return { open: () => openUnitStore(folder), stop: async () => {} };
}

/** The server is ours, see its head: no real S3 has been contacted. */
async function makeBucket(): Promise<Place> {
  const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
  const server = await startS3Server({ bucket: 'canopy-test', pageKeys: 7, ...keys });
  const s3 = readStoreSettings({
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    CANOPY_S3_ENDPOINT: server.endpoint,
  });
  return { open: () => openUnitStore('s3://canopy-test/runs/one', { s3 }), stop: server.close };
}

describe.each([
  { kind: 'a folder', make: makeFolder },
  { kind: 'a bucket', make: makeBucket },
])('a unit store in $kind', ({ make }) => {
  let place: Place;
  let store: UnitStore;
  beforeAll(async () => {
    place = await make();
    store = await place.open();
  });
  afterAll(async () => {
    await store.close();
    await place.stop();
  });

  it('keeps the first of 2 contents of one name and says which one it keeps', async () => {
    const [first, second] = [bytes('first'), bytes('second and longer')];
    const wanted = { sha256: sha256OfBytes(first), bytes: 5 };
    expect(await store.putOnce('units/a1.tcu', first)).toEqual({ ...wanted, isNew: true });
    expect(await store.putOnce('units/a1.tcu', second)).toEqual({ ...wanted, isNew: false });
    expect(text(await store.get('units/a1.tcu'))).toBe('first');
  });

  it('says isNew false of the same content a second time', async () => {
    expect((await store.putOnce('same.bin', bytes('x'))).isNew).toBe(true);
    expect((await store.putOnce('same.bin', bytes('x'))).isNew).toBe(false);
  });

  it('keeps 3 MB byte for byte, and 0 bytes too', async () => {
    const large = Buffer.alloc(3_000_000, 0xa7);
    expect(await store.putOnce('large.tcu', large)).toMatchObject({ bytes: 3_000_000, sha256: sha256OfBytes(large) });
    expect(sha256OfBytes((await store.get('large.tcu'))!)).toBe(sha256OfBytes(large));
    expect(await store.putOnce('empty.tcu', new Uint8Array(0))).toMatchObject({ bytes: 0, isNew: true });
    expect((await store.get('empty.tcu'))?.length).toBe(0);
  });

  it('replaces a plan put twice by the second one', async () => {
    await store.put('plan-1f.json', bytes('{"old":true}'));
    await store.put('plan-1f.json', bytes('{}'));
    expect(text(await store.get('plan-1f.json'))).toBe('{}');
  });

  it('answers null for 3 names that are not there', async () => {
    for (const name of ['none.tcu', 'units/none.tcu', 'nowhere/none.tcu']) expect(await store.get(name)).toBeNull();
  });

  it('frees a name by removing it, and removes what is not there without a word', async () => {
    await store.putOnce('units/gone.tcu', bytes('1'));
    await store.remove('units/gone.tcu');
    await store.remove('units/gone.tcu');
    await store.remove('nowhere/gone.tcu');
    expect(await store.get('units/gone.tcu')).toBeNull();
    expect((await store.putOnce('units/gone.tcu', bytes('2'))).isNew).toBe(true);
  });

  it('lists 25 files by name with their bytes, by folder and by beginning', async () => {
    for (let i = 24; i >= 0; i--) await store.put(`many/u${String(i).padStart(2, '0')}.tcu`, Buffer.alloc(i));
    const listed = await store.list('many/');
    expect(listed).toEqual(
      Array.from({ length: 25 }, (_, i) => ({ name: `many/u${String(i).padStart(2, '0')}.tcu`, bytes: i })),
    );
    expect(await store.list('many/u1')).toEqual(listed.slice(10, 20));
    expect((await store.list('man')).length).toBe(25);
    expect(await store.list('none/')).toEqual([]);
    const all = await store.list('');
    expect(all.map(({ name }) => name)).toEqual(all.map(({ name }) => name).sort());
    expect(all).toEqual(expect.arrayContaining([...listed, { name: 'plan-1f.json', bytes: 2 }]));
  });

  it('lets 1 of 12 writers at once be first, and all of them are told its content', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, place.open));
    for (let round = 0; round < 8; round++) {
      const name = `race/r${round}.tcu`;
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, i) => stores[i % 4]!.putOnce(name, Buffer.alloc(40_000 + i, 65 + i))),
      );
      expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
      const kept = Buffer.from((await store.get(name))!);
      expect(kept).toEqual(Buffer.alloc(40_000 + kept[0]! - 65, kept[0]!));
      expect(new Set(answers.map(({ sha256 }) => sha256))).toEqual(new Set([sha256OfBytes(kept)]));
    }
    await Promise.all(stores.map((other) => other.close()));
  });

  it.each([
    '',
    '.',
    '..',
    '../a',
    '/etc/passwd',
    'a/../b',
    'a//b',
    'a/b/c',
    'units/',
    '.hidden',
    'a.b.c',
    'a b',
    'a\0',
    'a\\b',
    'ä',
    'a\n',
  ])('touches nothing for the name %j (E_STORE_NAME)', async (name) => {
    const refused = { code: 'E_STORE_NAME', kind: 'bug' };
    await expect(store.putOnce(name, bytes('x'))).rejects.toMatchObject(refused);
    await expect(store.put(name, bytes('x'))).rejects.toMatchObject(refused);
    await expect(store.get(name)).rejects.toMatchObject(refused);
    await expect(store.remove(name)).rejects.toMatchObject(refused);
  });

  it.each(['..', '../', '/', 'a/../', 'a/b/', '.', '*'])('lists nothing for the prefix %j', async (prefix) => {
    await expect(store.list(prefix)).rejects.toMatchObject({ code: 'E_STORE_NAME' });
  });
});

describe('a unit store in a folder', () => {
  it('leaves 1 file and no temporary one after a file was written twice', async () => {
    const folder = mkdtempSync(join(scratch, 'clean-'));
    const store = await openUnitStore(folder);
    await store.putOnce('units/a.tcu', bytes('1'));
    await store.putOnce('units/a.tcu', bytes('2'));
    expect(readdirSync(folder, { recursive: true })).toEqual(['units', join('units', 'a.tcu')]);
  });

  it('lists neither unfinished files nor folders nor those of others: 1 of 5', async () => {
    const folder = mkdtempSync(join(scratch, 'others-'));
    mkdirSync(join(folder, 'units', 'deep.tcu'), { recursive: true });
    for (const name of ['.a.tcu.12-0123abcd.tmp', 'a.tcu', 'Read me.txt', '.hidden'])
      writeFileSync(join(folder, 'units', name), 'x');
    const store = await openUnitStore(folder);
    expect(await store.list('units/')).toEqual([{ name: 'units/a.tcu', bytes: 1 }]);
  });

  it('is not made where it is missing or taken away: a share may not be mounted (E_STORE_MISSING)', async () => {
    const folder = join(scratch, 'not-mounted');
    await expect(openUnitStore(folder)).rejects.toMatchObject({ code: 'E_STORE_MISSING', kind: 'input' });
    mkdirSync(folder);
    const store = await openUnitStore(folder);
    rmSync(folder, { recursive: true });
    for (const name of ['a.tcu', 'units/a.tcu']) {
      await expect(store.putOnce(name, bytes('x'))).rejects.toMatchObject({ code: 'E_STORE_MISSING' });
      await expect(store.put(name, bytes('x'))).rejects.toMatchObject({ code: 'E_STORE_MISSING' });
    }
    await expect(store.list('')).rejects.toMatchObject({ code: 'E_STORE_MISSING' });
  });

  it('is refused by a sentence where its place is a file or an address of another kind', async () => {
    writeFileSync(join(scratch, 'file'), '');
    await expect(openUnitStore(join(scratch, 'file'))).rejects.toThrow('it is a file');
    await expect(openUnitStore('gs://bucket/units')).rejects.toThrow('folder or s3://bucket/prefix');
  });
});
