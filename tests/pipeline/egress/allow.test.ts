import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGuardedLookup, isPublicAddress } from '../../../pipeline/egress/address.ts';
import { checkUrl, createAllowList, describeUrl } from '../../../pipeline/egress/allow.ts';
import { createEgress, type Egress } from '../../../pipeline/egress/client.ts';
import { type ScriptedServer, sendJson, startServer } from '../../faultd.ts';

describe('what may be reached', () => {
  let canary: ScriptedServer;
  let door: ScriptedServer;
  let egress: Egress;
  let target = '';

  beforeAll(async () => {
    canary = await startServer((_hit, response) => sendJson(response, { stolen: true }));
    door = await startServer((_hit, response) => response.writeHead(302, { location: target }).end());
    egress = createEgress({
      allowHosts: [door.pair],
      retry: { maxTries: 1 },
      fetchTimeouts: { connectMs: 500, headersMs: 500, totalMs: 1000 },
      resolve: async () => ['127.0.0.1'],
    });
  });
  afterAll(async () => {
    await egress.close();
    await canary.close();
    await door.close();
  });

  const hostile = (port: string) => [
    `http://127.0.0.1:${port}/`,
    `https://127.0.0.1:${port}/`,
    `http://[::1]:${port}/`,
    `http://[::ffff:127.0.0.1]:${port}/`,
    `http://[::ffff:7f00:1]:${port}/`,
    `http://0.0.0.0:${port}/`,
    `http://[::]:${port}/`,
    `http://0:${port}/`,
    `http://2130706433:${port}/`,
    `http://0x7f.1:${port}/`,
    `http://0x7f000001:${port}/`,
    `http://0177.0.0.1:${port}/`,
    `http://017700000001:${port}/`,
    `http://127.1:${port}/`,
    `http://127.0.1:${port}/`,
    `http://127.127.127.127:${port}/`,
    `http://localhost:${port}/`,
    `http://localhost.:${port}/`,
    `http://LOCALHOST:${port}/`,
    `http://ｌocalhost:${port}/`,
    `http://127。0。0。1:${port}/`,
    `http://localhost.localdomain:${port}/`,
    `http://127.0.0.1.nip.io:${port}/`,
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://metadata.google.internal/',
    'http://10.0.0.1/',
    'http://192.168.1.1/',
    'http://172.16.0.1/',
    'http://100.100.100.200/',
    'http://[fe80::1]/',
    'http://[64:ff9b::7f00:1]/',
    `http://user@127.0.0.1:${port}/`,
    `https://earth-search.aws.element84.com@127.0.0.1:${port}/`,
    `https://user:secret@earth-search.aws.element84.com/`,
    `https://earth-search.aws.element84.com\\@127.0.0.1:${port}/`,
    `https://127.0.0.1:${port}/#@earth-search.aws.element84.com`,
    `https://127.0.0.1:${port}\\.earth-search.aws.element84.com/`,
    'https://earth-search.aws.element84.com.evil.example/',
    'https://evil.example/earth-search.aws.element84.com',
    'https://earth-search.aws.element84.com./v1',
    `https://earth-search.aws.element84.com:${port}/`,
    'http://earth-search.aws.element84.com/v1',
    'http://earth-search.aws.element84.com:443/v1',
    'https://earth-search.aws.element84.com:80/v1',
    'https://sentinel-cogs.s3.amazonaws.com/x',
    'file:///etc/passwd',
    'file://127.0.0.1/etc/passwd',
    'FILE:///etc/passwd',
    '/etc/passwd',
    '/vsicurl/http://127.0.0.1/',
    '/vsis3/bucket/key',
    's3://bucket/key',
    'gs://bucket/key',
    'data:application/json,{}',
    'blob:https://earth-search.aws.element84.com/x',
    'ftp://127.0.0.1/',
    'gopher://127.0.0.1/',
    'javascript:1',
    'jar:http://127.0.0.1/',
    '//127.0.0.1/',
    'http:///127.0.0.1/',
    'http://',
    '',
    ' ',
    '\u0000http://127.0.0.1/',
  ];

  it('B 33: refuses 66 hostile links, asked for directly, with no request reaching the loopback canary', async () => {
    const port = canary.pair.split(':')[1] ?? '';
    expect(hostile(port)).toHaveLength(66);
    for (const url of hostile(port)) {
      await expect(egress.getJson(url), url).rejects.toMatchObject({ code: 'E_HOST_NOT_ALLOWED', kind: 'input' });
      await expect(egress.readRange(url, 0, 10, null), url).rejects.toMatchObject({ code: 'E_HOST_NOT_ALLOWED' });
    }
    expect(canary.hits).toHaveLength(0);
  });

  it('B 32, B 33: refuses the same links when an allowed server redirects to them, still with 0 canary hits', async () => {
    const port = canary.pair.split(':')[1] ?? '';
    // A relative target leads back to the allowed server itself: a loop, ended after 3 redirects.
    const codes = new Set<string>();
    for (const url of hostile(port).filter((text) => /^[a-z]+:[!-~]*$/i.test(text))) {
      target = url;
      const error = await egress.getJson(`${door.url}/start`).catch((caught: unknown) => caught);
      codes.add((error as { code: string }).code);
    }
    expect([...codes].sort()).toEqual(['E_HOST_NOT_ALLOWED', 'E_REDIRECT']);
    expect(canary.hits).toHaveLength(0);
  });

  it('B 33: refuses an allowed name that resolves to 127.0.0.1, before any packet', async () => {
    await expect(egress.getJson('https://earth-search.aws.element84.com/v1')).rejects.toMatchObject({
      code: 'E_HOST_NOT_ALLOWED',
      message: expect.stringContaining('resolves to 127.0.0.1'),
    });
    expect(canary.hits).toHaveLength(0);
  });

  it('tells how to allow a host, and leaves the query out of the sentence', async () => {
    const error = await egress.getJson('https://example.org/a?sig=TOPSECRET').catch((caught: unknown) => caught);
    expect((error as Error).message).toContain('--allow-host example.org:443');
    expect(JSON.stringify(error)).not.toContain('TOPSECRET');
    expect((error as Error).message).not.toContain('TOPSECRET');
  });

  it('B 32: stops after 3 redirects', async () => {
    target = '/again';
    const before = door.hits.length;
    await expect(egress.getJson(`${door.url}/loop`)).rejects.toMatchObject({ code: 'E_REDIRECT' });
    expect(door.hits.length - before).toBe(4);
  });
});

describe('the guarded lookup', () => {
  const ask = (answers: readonly string[][]) => {
    let call = 0;
    const lookup = createGuardedLookup(async () => answers[call++] ?? []);
    return () =>
      new Promise<unknown>((resolve) => {
        lookup('some.host', { all: true }, (error, found) => resolve(error ?? found));
      });
  };

  it('B 33: hands on the very addresses it checked, and refuses the second answer of a rebinding name', async () => {
    const lookup = ask([['93.184.216.34'], ['127.0.0.1']]);
    expect(await lookup()).toEqual([{ address: '93.184.216.34', family: 4 }]);
    expect(await lookup()).toMatchObject({ code: 'E_HOST_NOT_ALLOWED' });
  });

  it('refuses a name with 1 private address among public ones, and a name with none', async () => {
    expect(await ask([['93.184.216.34', '10.1.2.3']])()).toMatchObject({ code: 'E_HOST_NOT_ALLOWED' });
    expect(await ask([[]])()).toMatchObject({ code: 'E_HOST_NOT_ALLOWED' });
  });

  it.each([
    ['8.8.8.8', true],
    ['2606:4700:4700::1111', true],
    ['127.0.0.1', false],
    ['169.254.169.254', false],
    ['100.64.0.1', false],
    ['198.18.0.1', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['::1', false],
    ['::', false],
    ['::ffff:8.8.8.8', false],
    ['64:ff9b::808:808', false],
    ['2002:7f00:1::', false],
    ['2001::1', false],
    ['2001:db8::1', false],
    ['fc00::1', false],
    ['fe80::1', false],
    ['not an address', false],
  ])('knows whether %s is public: %s', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected);
  });
});

describe('the allow list', () => {
  it.each(['127.0.0.1', 'host', 'http://host:80', 'host:0', 'host:99999', 'a b:80', ''])(
    'refuses --allow-host %j',
    (pair) => {
      expect(() => createAllowList([pair])).toThrow('HOST:PORT');
    },
  );

  it('lets plain http through for the operator’s pair only', () => {
    const allow = createAllowList(['localhost:8080', '[::1]:9000']);
    expect(checkUrl(allow, 'http://LOCALHOST:8080/x').operatorAllowed).toBe(true);
    expect(checkUrl(allow, 'http://[::1]:9000/x').operatorAllowed).toBe(true);
    expect(() => checkUrl(allow, 'http://localhost:8081/x')).toThrow('--allow-host localhost:8081');
  });

  it('writes a link without query, user and fragment', () => {
    expect(describeUrl('https://u:p@host.org/a/b.tif?sig=1#x')).toBe('https://host.org/a/b.tif');
    expect(describeUrl('not a link?sig=1')).toBe('not a link');
  });
});
