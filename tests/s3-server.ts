import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A small server that speaks the part of S3 that a unit store uses, written after Amazon's API reference and its
 * description of Signature Version 4, not after the client: a request with a wrong key, a changed body or a wrong checksum
 * is refused as S3 refuses it. No real S3 was contacted by the tests that use it, and what it gets wrong they cannot find.
 */
export interface S3Server {
  readonly endpoint: string;
  /** Of its one bucket, by key. */
  readonly objects: Map<string, S3Object>;
  /** `GET units/a.tcu`, in the order of their coming. */
  readonly log: string[];
  close(): Promise<void>;
}

interface S3Object {
  content: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What goes wrong with one request: an answer, no answer, an answer lost after the work was done, half a body. */
export type S3Fault =
  | { readonly status: number; readonly code: string }
  | 'hang'
  | 'lose answer'
  | 'cut body'
  | 'stall body'
  | 'keep other bytes'
  | 'no next page';

export interface S3ServerOptions {
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Keys in one page of a list. */
  readonly pageKeys?: number;
  /** False: replaces what is there, as servers did before they knew `If-None-Match`. */
  readonly knowsConditions?: boolean;
  /** `index` counts requests from 0; `what` is as in the log. */
  readonly fault?: (what: string, index: number) => S3Fault | null;
}

interface Asked {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly url: URL;
  readonly key: string;
  readonly fault: S3Fault | null;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export async function startS3Server(options: S3ServerOptions): Promise<S3Server> {
  const objects = new Map<string, S3Object>();
  const log: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://server');
      const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/.exec(decodeURIComponent(url.pathname)) ?? [];
      const what = `${request.method} ${key || `?prefix=${url.searchParams.get('prefix')}`}`;
      const fault = options.fault?.(what, log.length) ?? null;
      log.push(what);
      const asked: Asked = { request, body: Buffer.concat(chunks), url, key, fault };
      const answer = refuse(asked, bucket, options) ?? answerOf(asked, objects, options);
      send(response, answer, fault);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    log,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function send(response: ServerResponse, { status, headers, body }: Answer, fault: S3Fault | null): void {
  if (fault === 'hang') return;
  if (fault === 'lose answer') {
    response.destroy();
    return;
  }
  response.writeHead(status, { ...headers, 'content-length': status === 204 ? 0 : body.length });
  if (fault !== 'cut body' && fault !== 'stall body') response.end(body);
  else response.write(body.subarray(0, body.length / 2), () => fault === 'cut body' && response.destroy());
}

function refuse(asked: Asked, bucket: string, options: S3ServerOptions): Answer | null {
  if (typeof asked.fault === 'object' && asked.fault !== null) return failure(asked.fault.status, asked.fault.code);
  return checkSignature(asked, options) ?? (bucket === options.bucket ? null : failure(404, 'NoSuchBucket'));
}

function failure(status: number, code: string): Answer {
  const xml = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>As a test wants it.</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, body: Buffer.from(xml) };
}

function answerOf(asked: Asked, objects: Map<string, S3Object>, options: S3ServerOptions): Answer {
  const { method } = asked.request;
  const isList = asked.key === '' && asked.url.searchParams.get('list-type') === '2';
  if (isList && method === 'GET') return list(asked, objects, options.pageKeys ?? 1000);
  if (asked.key !== '' && method === 'PUT') return put(asked, objects, options.knowsConditions ?? true);
  if (asked.key !== '' && method === 'GET') return get(asked, objects);
  if (asked.key === '' || method !== 'DELETE') return failure(405, 'MethodNotAllowed');
  objects.delete(asked.key);
  return { status: 204, headers: {}, body: Buffer.alloc(0) };
}

function put({ request, key, body, fault }: Asked, objects: Map<string, S3Object>, knowsConditions: boolean): Answer {
  const stated = request.headers['x-amz-checksum-sha256'];
  if (stated !== undefined && stated !== createHash('sha256').update(body).digest('base64'))
    return failure(400, 'BadDigest');
  if (knowsConditions && request.headers['if-none-match'] === '*' && objects.has(key))
    return failure(412, 'PreconditionFailed');
  const metadata = Object.entries(request.headers).filter(([name]) => name.startsWith('x-amz-meta-'));
  const content = Buffer.from(body);
  if (fault === 'keep other bytes') content[0]! ^= 1;
  objects.set(key, { content, metadata: Object.fromEntries(metadata) as Record<string, string> });
  return { status: 200, headers: { etag: etagOf(body) }, body: Buffer.alloc(0) };
}

function get({ key }: Asked, objects: Map<string, S3Object>): Answer {
  const object = objects.get(key);
  if (object === undefined) return failure(404, 'NoSuchKey');
  return { status: 200, headers: { ...object.metadata, etag: etagOf(object.content) }, body: object.content };
}

function list({ url, fault }: Asked, objects: Map<string, S3Object>, pageKeys: number): Answer {
  const [prefix, after] = ['prefix', 'continuation-token'].map((name) => url.searchParams.get(name) ?? '') as [
    string,
    string,
  ];
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const page = keys.slice(0, pageKeys);
  const isTruncated = keys.length > page.length;
  const hasNext = isTruncated && fault !== 'no next page';
  const next = hasNext ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  const files = page.map(
    (key) => `<Contents><Key>${key}</Key><Size>${objects.get(key)!.content.length}</Size></Contents>`,
  );
  const xml = `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Prefix>${prefix}</Prefix><KeyCount>${page.length}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>${next}${files.join('')}</ListBucketResult>`;
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: Buffer.from(xml) };
}

function etagOf(content: Buffer): string {
  return `"${createHash('md5').update(content).digest('hex')}"`;
}

const sha256Hex = (content: Buffer | string) => createHash('sha256').update(content).digest('hex');
const hmac = (key: Buffer | string, content: string) => createHmac('sha256', key).update(content).digest();

/** Signature Version 4 of a request's `Authorization` header, for the service s3: paths are encoded once, nothing is chunked. */
function checkSignature({ request, body, url }: Asked, options: S3ServerOptions): Answer | null {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, accessKeyId, day = '', region = '', signedHeaders = '', signature] =
    form.exec(request.headers.authorization ?? '') ?? [];
  if (signature === undefined) return failure(403, 'AccessDenied');
  if (accessKeyId !== options.accessKeyId) return failure(403, 'InvalidAccessKeyId');
  const header = (name: string) =>
    String(request.headers[name] ?? '')
      .trim()
      .replaceAll(/ +/g, ' ');
  const bodyHash = header('x-amz-content-sha256');
  if (bodyHash !== 'UNSIGNED-PAYLOAD' && bodyHash !== sha256Hex(body)) return failure(400, 'XAmzContentSHA256Mismatch');
  const names = signedHeaders.split(';');
  if (!['host', 'x-amz-date', 'x-amz-content-sha256'].every((name) => names.includes(name)))
    return failure(403, 'AccessDenied');
  const canonical = [
    request.method,
    url.pathname,
    canonicalQuery(url),
    ...names.map((name) => `${name}:${header(name)}`),
    '',
    signedHeaders,
    bodyHash,
  ].join('\n');
  const toSign = `AWS4-HMAC-SHA256\n${header('x-amz-date')}\n${day}/${region}/s3/aws4_request\n${sha256Hex(canonical)}`;
  const key = hmac(hmac(hmac(hmac(`AWS4${options.secretAccessKey}`, day), region), 's3'), 'aws4_request');
  return hmac(key, toSign).toString('hex') === signature ? null : failure(403, 'SignatureDoesNotMatch');
}

function canonicalQuery(url: URL): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}
