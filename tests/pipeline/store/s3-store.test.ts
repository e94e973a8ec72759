import { afterEach, describe, expect, it, vi } from 'vitest';
import { readStoreSettings, storeEnvironment } from '../../../pipeline/config-store.ts';
import { sha256OfBytes } from '../../../pipeline/store/files.ts';
import { openS3Store, type S3Settings } from '../../../pipeline/store/s3-store.ts';
import { openUnitStore, type UnitStore } from '../../../pipeline/store/unit-store.ts';
import { type S3Fault, type S3ServerOptions, startS3Server } from '../../s3-server.ts';

// The server is ours and its signatures are checked by code written after Amazon's description: see its head. No real S3
// has been contacted.

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const PLACE = 's3://canopy-test/run';
const content = Buffer.from('forty-two trees, two bytes for each of them');
const bytes = content.length;
const sha256 = sha256OfBytes(content);

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const one of opened.splice(0)) await one.close();
});

interface Knobs extends Partial<S3ServerOptions> {
  readonly settings?: Partial<S3Settings>;
  readonly place?: string;
}

async function open({ settings = {}, place = PLACE, ...knobs }: Knobs = {}) {
  const server = await startS3Server({ bucket: 'canopy-test', ...KEYS, ...knobs });
  const timeouts = { connectMs: 500, idleMs: 300, totalMs: 2_000 };
  const base = { ...KEYS, sessionToken: null, region: null, endpoint: server.endpoint, timeouts };
  const store = openS3Store(place, { ...base, ...settings });
  opened.push(store, server);
  return { store, server };
}

/** A fault for the first `times` requests of one method. */
function faultFor(method: string, fault: S3Fault, times = 1): NonNullable<Knobs['fault']> {
  let left = times;
  return (what) => (what.startsWith(method) && !what.endsWith('.conditional-write') && left-- > 0 ? fault : null);
}

const actions: readonly (readonly [string, (store: UnitStore) => Promise<unknown>])[] = [
  ['putOnce', (store) => store.putOnce('a.tcu', content)],
  ['put', (store) => store.put('a.tcu', content)],
  ['get', (store) => store.get('a.tcu')],
  ['list', (store) => store.list('')],
  ['remove', (store) => store.remove('a.tcu')],
];

describe.each(actions)('%s to a bucket', (_, run) => {
  it('is E_STORE_REFUSED (auth) with a wrong secret, a wrong key, and 1 request each', async () => {
    for (const settings of [{ secretAccessKey: 'another' }, { accessKeyId: 'AKIDOTHER' }]) {
      const { store, server } = await open({ settings });
      await expect(run(store)).rejects.toMatchObject({ code: 'E_STORE_REFUSED', kind: 'auth' });
      expect(server.log).toHaveLength(1);
    }
  });

  it('is E_STORE_MISSING (input) where there is no such bucket', async () => {
    const { store } = await open({ bucket: 'another' });
    await expect(run(store)).rejects.toMatchObject({ code: 'E_STORE_MISSING', kind: 'input' });
  });

  it('is E_STORE_UNREACHABLE (transient) after 5 tries with 503', async () => {
    const { store, server } = await open({ fault: () => ({ status: 503, code: 'ServiceUnavailable' }) });
    await expect(run(store)).rejects.toMatchObject({ code: 'E_STORE_UNREACHABLE', kind: 'transient' });
    expect(server.log).toHaveLength(5);
  });

  it('succeeds with the third try after 2 times 500', async () => {
    const { store } = await open({
      fault: (_what, index) => (index < 2 ? { status: 500, code: 'InternalError' } : null),
    });
    await expect(run(store)).resolves.not.toThrow();
  });

  it('is E_STORE_UNREACHABLE (transient) where nobody listens, and where nobody answers within 0.3 s', async () => {
    const { store, server } = await open({ fault: () => 'hang' });
    await expect(run(store)).rejects.toMatchObject({ code: 'E_STORE_UNREACHABLE', kind: 'transient' });
    await server.close();
    await expect(run(store)).rejects.toMatchObject({ code: 'E_STORE_UNREACHABLE', kind: 'transient' });
  });
});

describe('putOnce to a bucket', () => {
  it('knows its own write again whose answer was lost: isNew once, 1 object', async () => {
    const { store, server } = await open({ fault: faultFor('PUT', 'lose answer') });
    expect(await store.putOnce('a.tcu', content)).toEqual({ sha256, bytes, isNew: true });
    expect(await store.putOnce('a.tcu', content)).toEqual({ sha256, bytes, isNew: false });
    expect(server.objects.get('run/a.tcu')?.content).toEqual(content);
  });

  it('writes again after a conflict with a writer that did not finish (409), and after 3 of them gives up', async () => {
    const conflict = { status: 409, code: 'ConditionalRequestConflict' };
    const once = await open({ fault: faultFor('PUT', conflict) });
    expect(await once.store.putOnce('a.tcu', content)).toMatchObject({ isNew: true });
    const always = await open({ fault: faultFor('PUT', conflict, 100) });
    await expect(always.store.putOnce('a.tcu', content)).rejects.toMatchObject({ code: 'E_STORE_UNREACHABLE' });
  });

  it('is E_HASH (resource) where 1 bit is kept otherwise, and nothing stays under the name', async () => {
    const { store, server } = await open({ fault: faultFor('PUT', 'keep other bytes') });
    await expect(store.putOnce('a.tcu', content)).rejects.toMatchObject({ code: 'E_HASH', kind: 'resource' });
    expect([...server.objects.keys()]).toEqual(['run/.conditional-write']);
    expect(await store.putOnce('a.tcu', content)).toMatchObject({ isNew: true });
  });

  it('trusts no server that replaces what is there: E_STORE_UNSUITABLE (input), found out with 2 requests', async () => {
    const { store, server } = await open({ knowsConditions: false });
    await expect(store.putOnce('a.tcu', content)).rejects.toMatchObject({ code: 'E_STORE_UNSUITABLE', kind: 'input' });
    expect(server.log).toEqual(['PUT run/.conditional-write', 'PUT run/.conditional-write']);
    const refusing = await open({
      fault: (what) => (what.startsWith('PUT') ? { status: 501, code: 'NotImplemented' } : null),
    });
    await expect(refusing.store.putOnce('a.tcu', content)).rejects.toMatchObject({ code: 'E_STORE_UNSUITABLE' });
  });

  it('tries the server once in the life of a store, not with each of 3 files', async () => {
    const { store, server } = await open();
    for (const name of ['a', 'b', 'c']) await store.putOnce(name, content);
    expect(server.log.filter((what) => what.endsWith('.conditional-write'))).toHaveLength(2);
    expect(await store.list('')).toHaveLength(3);
  });

  it('is E_DISK_FULL (resource) where a quota is used up, whatever the status', async () => {
    for (const fault of [
      { status: 403, code: 'QuotaExceeded' },
      { status: 507, code: 'XMinioStorageFull' },
    ]) {
      const { store } = await open({ fault: faultFor('PUT', fault, 100) });
      await expect(store.putOnce('a.tcu', content)).rejects.toMatchObject({ code: 'E_DISK_FULL', kind: 'resource' });
    }
  });
});

describe('reading from a bucket', () => {
  it.each(['cut body', 'stall body'] as const)('never answers half a file (%s): E_STORE_UNREACHABLE', async (fault) => {
    const { store } = await open({ fault: faultFor('GET run/a.tcu', fault) });
    await store.put('a.tcu', content);
    await expect(store.get('a.tcu')).rejects.toMatchObject({ code: 'E_STORE_UNREACHABLE', kind: 'transient' });
    expect(Buffer.from((await store.get('a.tcu'))!)).toEqual(content);
  });

  it('lists 2,345 files in 3 pages, or throws where a page does not lead on', async () => {
    const { store, server } = await open();
    for (let i = 0; i < 2345; i++) server.objects.set(`run/units/k${i}.tcu`, { content, metadata: {} });
    server.objects.set('run-two/units/other.tcu', { content, metadata: {} });
    expect(await store.list('units/')).toHaveLength(2345);
    expect(server.log).toEqual(Array.from({ length: 3 }, () => 'GET ?prefix=run/units/'));
    const broken = await open({ pageKeys: 2, fault: (_what, index) => (index === 1 ? 'no next page' : null) });
    for (const i of [1, 2, 3, 4, 5]) broken.server.objects.set(`run/k${i}`, { content, metadata: {} });
    await expect(broken.store.list('')).rejects.toThrow('its list of files breaks off');
  });

  it('keeps 2 prefixes of a bucket apart, and a bucket without prefix has all', async () => {
    const { store, server } = await open({ place: 's3://canopy-test' });
    const settings = { ...KEYS, sessionToken: null, region: null, endpoint: server.endpoint };
    const [one, two] = [openS3Store('s3://canopy-test/a', settings), openS3Store('s3://canopy-test/b/', settings)];
    opened.push(one, two);
    await one.put('x.tcu', content);
    expect([await two.get('x.tcu'), (await one.get('x.tcu'))?.length, await two.list('')]).toEqual([null, bytes, []]);
    expect(await store.list('')).toEqual([{ name: 'a/x.tcu', bytes }]);
    expect([store.place, one.place, two.place]).toEqual([
      's3://canopy-test',
      's3://canopy-test/a',
      's3://canopy-test/b',
    ]);
  });
});

describe('the settings of a bucket', () => {
  const whole = { ...KEYS, sessionToken: null, region: 'eu-west-1', endpoint: null };

  it('come from 5 names of the environment, and only those go to a child', () => {
    const env = {
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
      AWS_SESSION_TOKEN: 'c',
      AWS_REGION: 'eu-west-1',
      CANOPY_S3_ENDPOINT: 'https://s3.example.org',
    };
    const read = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c', region: 'eu-west-1' };
    expect(readStoreSettings({ ...env, AWS_PROFILE: 'x' })).toEqual({ ...read, endpoint: 'https://s3.example.org' });
    expect(storeEnvironment({ ...env, PATH: '/bin', AWS_PROFILE: 'x' })).toEqual(env);
    expect(Object.values(readStoreSettings({ AWS_REGION: ' ' }))).toEqual([null, null, null, null, null]);
  });

  it.each([
    ['AWS_ACCESS_KEY_ID is not set', { accessKeyId: null }],
    ['AWS_SECRET_ACCESS_KEY is not set', { secretAccessKey: null }],
    ['AWS_REGION is not set', { region: null }],
    ['CANOPY_S3_ENDPOINT wants', { endpoint: 'ftp://s3.example.org' }],
    ['CANOPY_S3_ENDPOINT wants', { endpoint: 'https://user:word@s3.example.org' }],
  ])('are refused with a sentence: %s', (sentence, changed) => {
    expect(() => openS3Store(PLACE, { ...whole, ...changed })).toThrow(sentence);
  });

  it('are asked for where a bucket is named without them', async () => {
    await expect(openUnitStore(PLACE)).rejects.toThrow('AWS_ACCESS_KEY_ID is not set');
  });

  it.each([
    's3://',
    's3://a',
    's3://Upper/x',
    's3://bucket/../x',
    's3://bucket/a//b',
    's3://bucket/a b',
    's3://b:c@bucket',
  ])('go with a place, which %j is not', (place) => {
    expect(() => openS3Store(place, whole)).toThrow('A bucket is named as in s3://bucket/prefix');
  });

  it('are all there is: 4 places where the client would look for keys and addresses of its own are not looked at', async () => {
    const other = await startS3Server({ bucket: 'canopy-test', ...KEYS });
    opened.push(other);
    vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', other.endpoint);
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', other.endpoint);
    vi.stubEnv('AWS_ENDPOINT_URL', other.endpoint);
    vi.stubEnv('AWS_DEFAULTS_MODE', 'auto');
    const { store, server } = await open();
    await store.putOnce('a.tcu', content);
    expect([server.log.length > 0, other.log]).toEqual([true, []]);
  });

  it('are not repeated where somebody has put keys into a place', async () => {
    for (const place of ['s3://AKID:hush-hush@bucket/x', 'redis://:hush-hush@bucket/x'])
      await expect(openUnitStore(place)).rejects.toThrow(/^(?!.*hush-hush).*\/\/…@bucket\/x"/);
  });

  it('stay secret: neither the key nor the token is in any of 5 errors', async () => {
    const settings = { secretAccessKey: 'hush-hush-secret', sessionToken: 'hush-hush-token' };
    const { store } = await open({ settings });
    for (const [, run] of actions) {
      const error = await run(store).catch((caught: unknown) => caught);
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('hush-hush');
    }
  });
});
