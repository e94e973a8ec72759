import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { GeoJsonGeometry } from '../../shared/api.ts';
import type { Eligibility } from '../../shared/eligibility.ts';
import { isCanopyError } from '../../shared/errors.ts';
import { DEFAULT_CHECK_LIMITS, IMPORT_LIMITS, type ParcelAttributes } from '../../shared/parcel-check.ts';
import type {
  CheckAnswer,
  CheckRequest,
  NewParcel,
  ParcelEdit,
  ParcelWithdrawal,
  RegisterBatch,
  RegisterInfo,
} from '../../shared/register.ts';
import type { OpenEligibility } from '../run/eligibility.ts';
import type { Importer } from '../run/import-parcels.ts';
import type { Register } from '../run/register-contract.ts';
import type { ServedRun } from '../run/register-results.ts';
import { regionsOfTwin } from '../run/register-twin.ts';
import { currentOrNone } from './current-results.ts';
import { HttpFailure } from './failure.ts';
import { parseBbox } from './ogc-query.ts';
import {
  answerEdit,
  checkName,
  checkRegion,
  checkTexts,
  readIfMatch,
  refuse,
  sendVersion,
} from './register-answers.ts';
import { registerExport } from './register-export.ts';
import { registerPack } from './register-pack.ts';
import { REGISTER_SCHEMAS } from './register-schemas.ts';
import { hasSuggestions, registerSuggestions } from './register-suggestions.ts';
import { registerUpload } from './register-upload.ts';
import type { Results } from './results.ts';

export interface RegisterOptions {
  readonly register: Register;
  readonly current: () => Results;
  readonly now: () => Date;
  readonly importer: Importer;
  /** Judges a parcel by the layers given; null without layers. */
  readonly assess: OpenEligibility['assess'] | null;
  /** Where suggestions lie, if there are any. */
  readonly suggestionsFile: string | null;
}

/** A drawing has at most 10,000 vertices of some 40 characters each. */
const ONE_PARCEL_BYTES = 2 * 2 ** 20;
/** What a file of `IMPORT_LIMITS` becomes when each of its parcels carries its provenance. */
const BATCH_BYTES = 24 * 2 ** 20;
const ANSWER_MS = 5 * 60_000;
/** More are not drawn on one map. */
const MAX_PARCELS = 20_000;

interface ParcelRequest {
  readonly Params: { readonly id: string };
}

/** Adds what `shared/register.ts` describes, but for files in and out. */
export function registerParcelRegister(app: FastifyInstance, given: RegisterOptions): void {
  const options = { ...given, register: withStatus(given.register) };
  app.register(async (scope) => {
    // JSON only: a form of another page cannot send it.
    scope.removeContentTypeParser('text/plain');
    // The server gives up silent connections after 30 s; to open a register and to check 10,000 parcels may take longer.
    scope.addHook('preHandler', async (request) => {
      // What the server asks itself, for a pack, comes over no connection.
      if (request.raw.socket instanceof Socket) request.raw.socket.setTimeout(ANSWER_MS);
    });
    scope.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
    });
    registerReading(scope, options);
    registerWriting(scope, options);
    registerChecking(scope, options);
    registerSuggestions(scope, options.suggestionsFile);
    registerPack(scope, options);
    registerExport(scope, options);
    registerUpload(scope, { ...options, regions: () => regionsOfTwin(currentOrNone(options.current)?.twin ?? null) });
  });
}

/** A register that somebody else has open may be free in a moment: that is no fault of the server. */
function withStatus(register: Register): Register {
  return {
    ...register,
    call: (name, of) =>
      register.call(name, of).catch((error: unknown) => {
        if (!isCanopyError(error) || error.code !== 'E_DATABASE_LOCKED') throw error;
        throw new HttpFailure(503, error.code, error.message);
      }),
  };
}

function registerReading(app: FastifyInstance, options: RegisterOptions): void {
  const { register, current, assess, suggestionsFile } = options;
  app.get('/api/register', { schema: REGISTER_SCHEMAS.info }, async (_request, reply) => {
    const { revision, parcels } = await register.call('state', {});
    const info: RegisterInfo = {
      revision,
      parcels,
      regions: regionsOfTwin(currentOrNone(current)?.twin ?? null),
      limits: DEFAULT_CHECK_LIMITS,
      importLimits: IMPORT_LIMITS,
      hasEligibility: assess !== null,
      hasSuggestions: hasSuggestions(suggestionsFile),
    };
    return reply.send(info);
  });

  app.get<{ Querystring: { readonly bbox?: string } }>(
    '/api/register/parcels',
    { schema: REGISTER_SCHEMAS.list },
    async (request, reply) => {
      const { bbox } = request.query;
      const boxes = bbox === undefined ? null : parseBbox(bbox);
      const answer = await register.call('list', { boxes, limit: MAX_PARCELS });
      if (answer.kind === 'page') return reply.send(answer.page);
      const message = `More than ${answer.limit} parcels lie there; ask for a smaller bbox.`;
      throw new HttpFailure(422, 'E_TOO_MANY', message);
    },
  );

  app.get<ParcelRequest>('/api/register/parcels/:id', { schema: REGISTER_SCHEMAS.parcel }, async (request, reply) => {
    const parcel = await register.call('parcel', { id: request.params.id });
    if (parcel === null) throw noParcel();
    return sendVersion(reply, parcel);
  });

  app.get<ParcelRequest>(
    '/api/register/parcels/:id/versions',
    { schema: REGISTER_SCHEMAS.history },
    async (request, reply) => {
      const run = servedRun(currentOrNone(current));
      const history = await register.call('history', { id: request.params.id, run });
      if (history.versions.length === 0) throw noParcel();
      return reply.send(history);
    },
  );
}

function registerWriting(app: FastifyInstance, { register, current, now }: RegisterOptions): void {
  const regions = () => regionsOfTwin(currentOrNone(current)?.twin ?? null);

  async function add(parcels: readonly NewParcel[]) {
    checkTexts(parcels);
    const known = regions();
    for (const { regionId, attributes } of parcels) {
      checkRegion(known, regionId);
      checkName(attributes);
    }
    return register.call('add', { parcels, regions: known, at: now().toISOString() });
  }

  app.post<{ Body: NewParcel }>(
    '/api/register/parcels',
    { schema: REGISTER_SCHEMAS.add, bodyLimit: ONE_PARCEL_BYTES },
    async (request, reply) => {
      const answer = await add([request.body]);
      if (answer.kind === 'refused') return refuse(reply, answer);
      const parcel = answer.parcels[0]!;
      reply.code(201).header('location', `/api/register/parcels/${encodeURIComponent(parcel.id)}`);
      return sendVersion(reply, parcel);
    },
  );

  app.post<{ Body: RegisterBatch }>(
    '/api/register/parcels/batch',
    { schema: REGISTER_SCHEMAS.batch, bodyLimit: BATCH_BYTES },
    async (request, reply) => {
      const answer = await add(request.body.parcels);
      if (answer.kind === 'refused') return refuse(reply, answer);
      const { revision, parcels } = answer;
      return reply.code(201).send({ revision, parcels });
    },
  );

  app.put<ParcelRequest & { Body: ParcelEdit }>(
    '/api/register/parcels/:id',
    { schema: REGISTER_SCHEMAS.edit, bodyLimit: ONE_PARCEL_BYTES },
    async (request, reply) => {
      const version = readIfMatch(request.headers['if-match']);
      checkTexts(request.body);
      checkName(request.body.attributes);
      const { id } = request.params;
      const of = { id, version, edit: request.body, regions: regions(), at: now().toISOString() };
      return answerEdit(reply, await register.call('edit', of));
    },
  );

  app.delete<ParcelRequest & { Body: ParcelWithdrawal }>(
    '/api/register/parcels/:id',
    { schema: REGISTER_SCHEMAS.withdraw },
    async (request, reply) => {
      const version = readIfMatch(request.headers['if-match']);
      checkTexts(request.body);
      const of = { id: request.params.id, version, by: request.body, at: now().toISOString() };
      return answerEdit(reply, await register.call('withdraw', of));
    },
  );
}

function registerChecking(app: FastifyInstance, { register, current, now, assess }: RegisterOptions): void {
  app.post<{ Body: CheckRequest }>(
    '/api/register/check',
    { schema: REGISTER_SCHEMAS.check, bodyLimit: ONE_PARCEL_BYTES },
    async (request, reply) => {
      checkTexts(request.body);
      const regions = regionsOfTwin(currentOrNone(current)?.twin ?? null);
      checkRegion(regions, request.body.regionId);
      const parcel = await register.call('check', { request: request.body, regions, at: now().toISOString() });
      const { geometry, attributes } = request.body;
      const answer: CheckAnswer = { parcel, eligibility: assess && (await assessOrNone(assess, geometry, attributes)) };
      return reply.send(answer);
    },
  );
}

/** Null for what is no area yet, which the check says. */
async function assessOrNone(
  assess: OpenEligibility['assess'],
  geometry: GeoJsonGeometry,
  { intervention, startDate, more }: ParcelAttributes,
): Promise<Eligibility | null> {
  const note = typeof more.reviewer_note === 'string' ? more.reviewer_note : null;
  try {
    return await assess({ geometry, intervention, note, startDate });
  } catch (error) {
    if (isCanopyError(error) && error.code.startsWith('E_PARCEL_')) return null;
    throw error;
  }
}

function servedRun(results: Results | null): ServedRun | null {
  if (!results?.plan) return null;
  const { dir, plan, run } = results;
  const label = dir.split(/[\\/]/).filter(Boolean).at(-1) ?? run.id.slice(0, 12);
  return { dir, planId: plan.runId, runId: run.id, label };
}

function noParcel(): HttpFailure {
  return new HttpFailure(404, 'E_NO_PARCEL', 'The register has no such parcel.');
}
