import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CanopyError, usageError } from '../../shared/errors.ts';
import { sha256OfBytes } from './files.ts';
import { isNoSuchKey, s3Error, s3Status, unreachable, unsuitable } from './s3-error.ts';
import { checkUnitName, checkUnitPrefix, isUnitName, withoutLogin } from './unit-name.ts';
import type { StoredUnit, UnitStore } from './unit-store.ts';

/** How a bucket is reached; see `config-store.ts`. */
export interface S3Settings {
  readonly accessKeyId: string | null;
  readonly secretAccessKey: string | null;
  readonly sessionToken: string | null;
  readonly region: string | null;
  /** Address of a server other than Amazon's; buckets are then parts of the path, not of the host name. */
  readonly endpoint: string | null;
  readonly timeouts?: S3Timeouts;
}

interface S3Timeouts {
  readonly connectMs: number;
  /** Without a byte in either direction. */
  readonly idleMs: number;
  /** Of one request, until its answer begins. */
  readonly totalMs: number;
}

const TIMEOUTS: S3Timeouts = { connectMs: 5_000, idleMs: 30_000, totalMs: 300_000 };
const MAX_ATTEMPTS = 5;

/** How often a conflict, or an object that vanishes under the hands of its writer, is met by writing again. */
const TRIES = 4;
const PAUSE_MS = 200;

/** Tells writers apart. It is read back with the object, so that a write whose answer was lost is still known as one's own. */
const WRITER = 'writer';

interface Bucket {
  readonly client: S3Client;
  readonly name: string;
  /** Of a key, in messages. */
  where(key: string): string;
}

/**
 * A unit store in an S3 bucket; nothing is asked of the server yet. Keys come from `settings` only: the client's own
 * chain would ask addresses inside the machine's network for them. Errors: usage errors; `E_STORE_UNSUITABLE` (input) from
 * `putOnce` where the server does not know conditional writes.
 */
export function openS3Store(place: string, settings: S3Settings): UnitStore {
  const { name, prefix } = parsePlace(place);
  const client = createClient(settings);
  const bucket: Bucket = { client, name, where: (key) => `s3://${name}/${key}` };
  const keyOf = (unit: string) => {
    checkUnitName(unit);
    return `${prefix}${unit}`;
  };
  const prove = once(() => proveConditionalWrites(bucket, `${prefix}.conditional-write`));
  return {
    place: bucket.where(prefix).replace(/\/$/, ''),
    putOnce: async (unit, content) => {
      const key = keyOf(unit);
      await prove();
      return putOnce(bucket, key, content);
    },
    put: async (unit, content) => {
      const key = keyOf(unit);
      await send(bucket, key, () => client.send(new PutObjectCommand(objectOf(bucket, key, content))));
    },
    get: async (unit) => (await read(bucket, keyOf(unit)))?.content ?? null,
    list: async (start) => {
      checkUnitPrefix(start);
      const found = await listObjects(bucket, `${prefix}${start}`);
      return found
        .map(({ key, bytes }) => ({ name: key.slice(prefix.length), bytes }))
        .filter((file) => isUnitName(file.name))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    remove: async (unit) => removeObject(bucket, keyOf(unit)),
    close: async () => client.destroy(),
  };
}

function parsePlace(place: string): { name: string; prefix: string } {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)\/?$/.exec(place);
  if (match === null) {
    const form = 'A bucket is named as in s3://bucket/prefix, with letters, digits, ".", "_" and "-"';
    throw usageError(`${form}; got "${withoutLogin(place)}".`);
  }
  const [, name = '', path = ''] = match;
  return { name, prefix: path === '' ? '' : `${path.slice(1)}/` };
}

function createClient(settings: S3Settings): S3Client {
  const { accessKeyId, secretAccessKey, sessionToken, endpoint } = settings;
  if (accessKeyId === null || secretAccessKey === null) {
    const missing = accessKeyId === null ? 'AWS_ACCESS_KEY_ID' : 'AWS_SECRET_ACCESS_KEY';
    throw usageError(
      `${missing} is not set. A bucket wants it, and AWS_SECRET_ACCESS_KEY beside AWS_ACCESS_KEY_ID; no other source of keys is used.`,
    );
  }
  const region = settings.region ?? (endpoint === null ? null : 'us-east-1');
  if (region === null) throw usageError('AWS_REGION is not set: name the region of the bucket, such as eu-west-1.');
  if (endpoint !== null && !/^https?:\/\/[^/@?#\s]+\/?$/.test(endpoint))
    throw usageError(
      'CANOPY_S3_ENDPOINT wants an address such as https://s3.example.org:9000, without user, path or query.',
    );
  const { connectMs, idleMs, totalMs } = settings.timeouts ?? TIMEOUTS;
  return new S3Client({
    region,
    ...(endpoint === null ? {} : { endpoint }),
    forcePathStyle: endpoint !== null,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === null ? {} : { sessionToken }) },
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: connectMs,
      socketTimeout: idleMs,
      requestTimeout: totalMs,
      throwOnRequestTimeout: true,
    },
    // Each of these would else be looked up in the environment, in files of the home folder or ("auto") on the network.
    retryMode: 'standard',
    defaultsMode: 'standard',
    ignoreConfiguredEndpointUrls: true,
    useArnRegion: false,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    // Checksums are stated and held against by us; others make servers refuse that do not know the newest of them.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

function objectOf({ name }: Bucket, key: string, content: Uint8Array) {
  const ChecksumSHA256 = createHash('sha256').update(content).digest('base64');
  return { Bucket: name, Key: key, Body: content, ContentLength: content.length, ChecksumSHA256 };
}

async function send<T>({ where }: Bucket, key: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw s3Error(where(key), error);
  }
}

async function putOnce(bucket: Bucket, key: string, content: Uint8Array): Promise<StoredUnit> {
  const writer = randomBytes(16).toString('hex');
  for (let tries = 1; tries <= TRIES; tries++) {
    await putIfNew(bucket, key, content, writer);
    const found = await read(bucket, key);
    if (found === null) {
      await sleep(PAUSE_MS * tries);
      continue;
    }
    const sha256 = sha256OfBytes(found.content);
    const isNew = found.writer === writer;
    if (isNew && sha256 !== sha256OfBytes(content)) await refuseStore(bucket, key);
    return { sha256, bytes: found.content.length, isNew };
  }
  throw unreachable(bucket.where(key), 'each time it was written somebody else was at it');
}

/** Resolves to whether the object was written: not where there is one (412), nor where another writer is at it (409). */
async function putIfNew(bucket: Bucket, key: string, content: Uint8Array, writer: string): Promise<boolean> {
  const object = { ...objectOf(bucket, key, content), IfNoneMatch: '*', Metadata: { [WRITER]: writer } };
  return send(bucket, key, async () => {
    try {
      await bucket.client.send(new PutObjectCommand(object));
      return true;
    } catch (error) {
      if (s3Status(error) === 412 || s3Status(error) === 409) return false;
      throw error;
    }
  });
}

/** Servers that do not know the condition replace what is there without a word. One object is kept to try that on. */
async function proveConditionalWrites(bucket: Bucket, key: string): Promise<void> {
  const sentence = new TextEncoder().encode(
    'Writers of unit results try here whether this server keeps what is there.\n',
  );
  for (let tries = 0; tries < 2; tries++) if (!(await putIfNew(bucket, key, sentence, 'none'))) return;
  throw unsuitable(bucket.where(key), 'ignored');
}

/** Runs an action until it has succeeded once; callers at the same time share one run. A failure is not kept. */
function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => {
    running ??= run().catch((error: unknown) => {
      running = null;
      throw error;
    });
    return running;
  };
}

/** Nobody else wrote that object, so it goes. */
async function refuseStore(bucket: Bucket, key: string): Promise<never> {
  const where = bucket.where(key);
  await removeObject(bucket, key);
  const message = `${where} reads back as other bytes than were written: the store does not keep what is written. It was removed; check the server.`;
  throw new CanopyError({ kind: 'resource', code: 'E_HASH', message, where });
}

async function read(bucket: Bucket, key: string): Promise<{ content: Uint8Array; writer: string | null } | null> {
  return send(bucket, key, async () => {
    try {
      const answer = await bucket.client.send(new GetObjectCommand({ Bucket: bucket.name, Key: key }));
      const content = (await answer.Body?.transformToByteArray()) ?? new Uint8Array(0);
      // A body that was cut off and still ended well.
      if (content.length !== (answer.ContentLength ?? content.length)) throw unreachable(bucket.where(key), 'cut off');
      return { content, writer: answer.Metadata?.[WRITER] ?? null };
    } catch (error) {
      if (isNoSuchKey(error)) return null;
      throw error;
    }
  });
}

async function listObjects(bucket: Bucket, start: string): Promise<{ key: string; bytes: number }[]> {
  const found: { key: string; bytes: number }[] = [];
  const asked = new Set<string | undefined>();
  let token: string | undefined;
  do {
    asked.add(token);
    const question = {
      Bucket: bucket.name,
      Prefix: start,
      ...(token === undefined ? {} : { ContinuationToken: token }),
    };
    const page = await send(bucket, start, () => bucket.client.send(new ListObjectsV2Command(question)));
    for (const { Key, Size } of page.Contents ?? []) if (Key !== undefined) found.push({ key: Key, bytes: Size ?? 0 });
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    // Half a list would pass for all there is.
    if (page.IsTruncated === true && asked.has(token))
      throw unreachable(bucket.where(start), 'its list of files breaks off');
  } while (token !== undefined);
  return found;
}

async function removeObject(bucket: Bucket, key: string): Promise<void> {
  await send(bucket, key, async () => {
    try {
      await bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: key }));
    } catch (error) {
      if (!isNoSuchKey(error)) throw error;
    }
  });
}
