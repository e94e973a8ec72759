import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance } from 'fastify';
import { reportOf } from '../../shared/checks/report.ts';
import { isCanopyError } from '../../shared/errors.ts';
import { DEFAULT_CHECK_LIMITS, IMPORT_LIMITS } from '../../shared/parcel-check.ts';
import type { ImportAnswer, RegisterRegion } from '../../shared/register.ts';
import { fileAnswers } from '../run/file-answers.ts';
import type { Importer } from '../run/import-parcels.ts';
import type { Register } from '../run/register-contract.ts';
import { HttpFailure } from './failure.ts';
import { checkRegion } from './register-answers.ts';
import { REGISTER_SCHEMAS } from './register-schemas.ts';

interface UploadOptions {
  readonly register: Register;
  readonly importer: Importer;
  readonly regions: () => readonly RegisterRegion[];
  readonly now: () => Date;
}

interface ImportQuery {
  readonly name: string;
  readonly region: string;
  readonly crs?: string;
  readonly layer?: string;
  readonly idField?: string;
}

const MOST_IMPORTS = 10;
const MINUTE_MS = 60_000;
const MB = 2 ** 20;

/** Adds the import of a file: read and checked, nothing registered. The body is the file itself. */
export function registerUpload(app: FastifyInstance, options: UploadOptions): void {
  const takeTurn = createTurns(options.now);
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/octet-stream', (_request, body, done) => done(null, body));
    scope.post<{ Querystring: ImportQuery; Body: Readable }>(
      '/api/register/import',
      {
        schema: REGISTER_SCHEMAS.import,
        bodyLimit: IMPORT_LIMITS.zipBytes,
        // A body that was told to be too long is refused by the web server before anything of it is read.
        onRequest: async (_request, reply) => {
          const waitMs = takeTurn();
          if (waitMs === 0) return;
          reply.header('retry-after', Math.ceil(waitMs / 1000));
          const message = `At most ${MOST_IMPORTS} files a minute are read; try again in ${Math.ceil(waitMs / 1000)} s.`;
          throw new HttpFailure(429, 'E_TOO_OFTEN', message);
        },
      },
      async (request) => {
        checkRegion(options.regions(), request.query.region);
        return withUpload(request.body, request.query.name, (file) => readAndCheck(file, request.query, options));
      },
    );
  });
}

interface UploadedFile {
  readonly path: string;
  readonly sha256: string;
}

async function readAndCheck(
  { path, sha256 }: UploadedFile,
  { name, region, crs, layer, idField }: ImportQuery,
  { importer, register, regions, now }: UploadOptions,
): Promise<ImportAnswer> {
  const read = await importer
    .read(path, { name, assumeCrs: crs ?? null, layer: layer ?? null, idField: idField ?? null })
    .catch((error: unknown) => {
      throw refusalOf(error);
    });
  const { format, notes, used } = read;
  const { candidates, checked } = await register.call('checkFile', {
    candidates: read.candidates,
    regionId: region,
    regions: regions(),
    at: now().toISOString(),
  });
  return {
    file: { name, sha256, format, ...fileAnswers(used) },
    report: reportOf(checked, { file: name, format, limits: DEFAULT_CHECK_LIMITS, notes }),
    parcels: candidates.map(({ index, place, geometry, attributes, idIsMadeUp = false }) => ({
      index,
      idIsMadeUp,
      place,
      geometry,
      attributes,
    })),
  };
}

/** What is wrong with a file is said to who sent it. */
function refusalOf(error: unknown): unknown {
  if (!isCanopyError(error) || (error.kind !== 'input' && error.kind !== 'usage')) return error;
  return new HttpFailure(error.code === 'E_PARCELS_SIZE' ? 413 : 422, error.code, error.message, error.fields);
}

/** Keeps a body in a temporary file while `work` looks at it. Throws 413 as soon as it is too long. */
async function withUpload<T>(body: Readable, name: string, work: (file: UploadedFile) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'canopy-import-'));
  try {
    const path = join(folder, 'upload');
    const hash = createHash('sha256');
    await pipeline(
      body,
      async function* (chunks: AsyncIterable<Buffer>) {
        let bytes = 0;
        let limit: number = IMPORT_LIMITS.fileBytes;
        for await (const chunk of chunks) {
          // A zip is packed, and may be as long as its contents are limited.
          if (bytes === 0 && chunk.subarray(0, 2).toString('latin1') === 'PK') limit = IMPORT_LIMITS.zipBytes;
          bytes += chunk.length;
          if (bytes > limit) throw tooLong(name, limit);
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(path, { flags: 'wx', mode: 0o600 }),
    );
    return await work({ path, sha256: hash.digest('hex') });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function tooLong(name: string, limit: number): HttpFailure {
  const message = `${name} has more than ${limit / MB} MB; at most ${IMPORT_LIMITS.fileBytes / MB} MB are read, ${IMPORT_LIMITS.zipBytes / MB} MB of a zip. Divide it and try again.`;
  return new HttpFailure(413, 'E_PARCELS_SIZE', message);
}

/** Answers 0 where there is a turn, else after how many milliseconds there is one. */
function createTurns(now: () => Date): () => number {
  let turns: number[] = [];
  return () => {
    const nowMs = now().getTime();
    // A clock that was put back must not close the door for good.
    turns = turns.filter((ms) => ms <= nowMs && nowMs - ms < MINUTE_MS);
    if (turns.length >= MOST_IMPORTS) return Math.max(1, turns[0]! + MINUTE_MS - nowMs);
    turns.push(nowMs);
    return 0;
  };
}
