import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FileInfo } from '../../shared/api.ts';
import { HttpFailure } from './failure.ts';
import { matchesEtag } from './json-reply.ts';
import type { Results } from './results.ts';

const MEDIA_TYPES: readonly (readonly [ending: string, type: string])[] = [
  ['.tif', 'image/tiff; application=geotiff; profile=cloud-optimized'],
  ['.geojson', 'application/geo+json'],
  ['.csv', 'text/csv; charset=utf-8'],
  ['-metadata.json', 'application/csvm+json'],
  ['.parquet', 'application/vnd.apache.parquet'],
  ['.json', 'application/json; charset=utf-8'],
];

/** Files whose hash was found right, by path, inode, times and size: each is read through once. */
const proven = new Map<string, Promise<boolean>>();
const MOST_PROVEN = 10_000;
const CHUNK_BYTES = 1 << 20;

/** Adds `GET /files/{name}`: what run.json lists, and run.json, whole or in ranges. Nothing else has an address here. */
export function registerFiles(app: FastifyInstance, { current }: { readonly current: () => Results }): void {
  const answer = (prefix: string) => (request: FastifyRequest, reply: FastifyReply) => {
    const { name } = request.params as { readonly name: string };
    return sendFile(request, reply, current(), `${prefix}${name}`);
  };
  const add = (url: string, summary: string, prefix: string) =>
    // HEAD by name: the one that is made from GET would read the file to learn its length.
    app.route({ method: ['GET', 'HEAD'], url, schema: fileSchema(summary), compress: false, handler: answer(prefix) });
  add('/files/:name', 'A table or record of the run', '');
  add('/files/layers/:name', 'A map layer or its description', 'layers/');
}

async function sendFile(request: FastifyRequest, reply: FastifyReply, results: Results, name: string) {
  const info = results.run.files.find((file) => file.name === name);
  if (!info) throw new HttpFailure(404, 'E_NO_FILE', 'The run has no such file; /api/run lists those it has.');
  const file = await openListed(results.dir, info);
  let isHanded = false;
  try {
    const etag = `"${info.sha256}"`;
    reply.header('etag', etag).header('cache-control', 'no-cache').header('accept-ranges', 'bytes');
    if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send();
    reply
      .type(MEDIA_TYPES.find(([ending]) => name.endsWith(ending))?.[1] ?? 'application/octet-stream')
      .header('content-disposition', `attachment; filename="${name.replace(/^.*\//, '').replaceAll(/[^\w.-]/g, '_')}"`);
    // Ranges are for GET alone (RFC 9110, 14.2).
    const range = request.method === 'GET' ? rangeOf(request, etag, info.bytes) : null;
    if (range === 'unsatisfiable') return reply.code(416).header('content-range', `bytes */${info.bytes}`).send();
    const { start, end } = range ?? { start: 0, end: info.bytes };
    if (range) reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${info.bytes}`);
    reply.header('content-length', end - start);
    if (request.method === 'HEAD' || end === start) return reply.send('');
    isHanded = true;
    return reply.send(file.createReadStream({ start, end: end - 1 }));
  } finally {
    // The stream closes it, also when the client goes away.
    if (!isHanded) await file.close();
  }
}

/** Opens a file that run.json lists, once it is known to be the one: a plain file of that hash. */
async function openListed(dir: string, info: FileInfo): Promise<FileHandle> {
  const path = join(dir, info.name);
  const gone = new HttpFailure(404, 'E_NO_FILE', `${info.name} is not in the results folder any more.`);
  // A link in the folder could lead to any file of this machine.
  if (info.name.includes('/') && !(await isPlain(join(dir, 'layers'), 'folder'))) throw gone;
  if (!(await isPlain(path, 'file'))) throw gone;
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(() => {
    throw gone;
  });
  const { dev, ino, size, mtimeMs, ctimeMs } = await file.stat();
  // The time of modification can be set back, that of change cannot.
  const key = `${path} ${dev} ${ino} ${mtimeMs} ${ctimeMs} ${size} ${info.sha256}`;
  if (size === info.bytes && (await isProven(key, file, info.sha256))) return file;
  await file.close();
  throw new HttpFailure(
    500,
    'E_HASH',
    `${info.name} is not the file that run.json lists: it was changed or damaged since, or a run is writing here now. It is not sent.`,
  );
}

async function isPlain(path: string, kind: 'file' | 'folder'): Promise<boolean> {
  const found = await lstat(path).catch(() => null);
  return found !== null && (kind === 'file' ? found.isFile() : found.isDirectory());
}

function isProven(key: string, file: FileHandle, sha256: string | null): Promise<boolean> {
  const known = proven.get(key);
  if (known) return known;
  if (proven.size >= MOST_PROVEN) proven.clear();
  const proof = hashOpen(file).then((found) => found === sha256);
  proven.set(key, proof);
  proof.catch(() => proven.delete(key));
  return proof;
}

/** SHA-256 of an open file, which stays open. */
async function hashOpen(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, at);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(chunk.subarray(0, bytesRead));
    at += bytesRead;
  }
}

/** The one range that was asked for; null for the whole file, also where several or none that is understood are asked for. */
function rangeOf(request: FastifyRequest, etag: string, bytes: number) {
  const { range, 'if-range': condition } = request.headers;
  const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? '');
  const [, first, last] = match ?? [];
  if (first === undefined || last === undefined || first + last === '') return null;
  if (condition !== undefined && condition !== etag) return null;
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? bytes : Math.min(bytes, Number(last) + 1);
  // A last byte before the first makes the header invalid, to be ignored (RFC 9110, 14.1.1).
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null;
  return start >= bytes || end <= start ? 'unsatisfiable' : { start, end };
}

function fileSchema(summary: string) {
  return {
    tags: ['files'],
    summary,
    description: 'Names as in files of /api/run. Answers ranges; the ETag is the SHA-256 that run.json lists.',
    params: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
    response: {
      200: {
        description: 'The file',
        content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
      },
    },
  };
}
