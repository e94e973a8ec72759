import type { Socket } from 'node:net';
import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import swagger from '@fastify/swagger';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply } from 'fastify';
import packageFile from '../../package.json' with { type: 'json' };
import { toErrorDetail } from '../../shared/errors.ts';
import type { QueueDashboard } from '../queue/dashboard.ts';
import type { OpenEligibility } from '../run/eligibility.ts';
import type { Importer } from '../run/import-parcels.ts';
import type { Register } from '../run/register-contract.ts';
import { NO_OPERATIONS, type OperationsSource } from '../store/operations-source.ts';
import { registerApi } from './api.ts';
import { COMPONENTS } from './api-schemas.ts';
import { registerChips } from './chip-route.ts';
import { registerDashboard } from './dashboard.ts';
import { describeFailure, HttpFailure } from './failure.ts';
import { registerFiles } from './files.ts';
import { sendJson } from './json-reply.ts';
import { registerOgc } from './ogc.ts';
import { registerOperations } from './operations.ts';
import { createFeed } from './operations-feed.ts';
import { registerMetrics } from './operations-metrics.ts';
import { OPERATIONS_COMPONENT } from './operations-schemas.ts';
import { registerParcelTiles } from './parcel-tiles.ts';
import { registerReadiness } from './readiness.ts';
import { registerParcelRegister } from './register.ts';
import { REGISTER_COMPONENTS } from './register-schemas.ts';
import type { Results } from './results.ts';
import { findSceneLayer } from './scene-imagery.ts';
import { addSecurity, createGuard } from './security.ts';
import { registerTiles, type TileOptions } from './tiles.ts';
import { registerViewer } from './viewer-files.ts';

export interface AppOptions {
  /** The results shown now. */
  readonly current: () => Results;
  /** Draws tiles, in children. */
  readonly render: TileOptions['render'];
  readonly concurrency: number;
  /** Origins beside our own that the page may load pictures from. */
  readonly hosts: readonly string[];
  /** What goes on in runs; left out: nothing is known of any. */
  readonly operations?: OperationsSource;
  /** Whether that is a fleet's database, without which the server is not ready. */
  readonly hasDatabase?: boolean;
  readonly dashboard?: QueueDashboard | null;
  /** The register of parcels; left out: there is none. */
  readonly register?: Register;
  /** Reads parcel files; goes with the register. */
  readonly importer?: Importer;
  /** Judges parcels by layers; left out: there are none. */
  readonly assess?: OpenEligibility['assess'] | null;
  readonly suggestionsFile?: string | null;
  /** Takes what an operator should see, line by line. */
  readonly say: (line: string) => void;
}

/** Of an upload over a weak connection. */
const REQUEST_MS = 120_000;
/** Without a byte either way. */
const SILENT_MS = 30_000;
const HEADERS_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;
/** Node looks for slow clients this often. */
const CHECK_MS = 1000;
const MAX_HEADER_BYTES = 16 * 1024;
/** The largest body is a request to try `MAX_LISTED` units again. */
const MAX_BODY_BYTES = 16 * 1024;
/** An id has up to 256 characters. */
const MAX_PARAM_CHARS = 1000;

/** The HTTP server of one results folder, ready to listen. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const guard = createGuard(options);
  const app = fastify({
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_MS, connectionsCheckingInterval: CHECK_MS },
    requestTimeout: REQUEST_MS,
    connectionTimeout: SILENT_MS,
    clientErrorHandler: answerClientError,
    keepAliveTimeout: KEEP_ALIVE_MS,
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: MAX_PARAM_CHARS },
    // A query that is not understood is refused, not quietly cut down to what is.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, strict: false } },
    loggerInstance: createLog(options.say),
    // An address that cannot be decoded is refused before any hook: the guard stands here too.
    frameworkErrors: (error, request, reply) => {
      answerFailure(reply, describeFailure(failureOf(() => guard(request, reply)) ?? error));
    },
    forceCloseConnections: true,
    return503OnClosing: false,
  });
  answerFailures(app, options.say);
  addSecurity(app, guard);
  // Answers go out as they are; the schemas are there to be read.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  for (const component of [...COMPONENTS, OPERATIONS_COMPONENT, ...REGISTER_COMPONENTS]) app.addSchema(component);
  await app.register(swagger, {
    openapi: {
      openapi: '3.0.3',
      info: {
        title: 'Twin Canopy',
        version: packageFile.version,
        description: 'Results of a monitoring run: parcels, observations, layers as tiles, files.',
      },
      servers: [{ url: '/' }],
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `part-${index}`) },
  });
  await app.register(compress, {
    threshold: 1024,
    encodings: ['br', 'gzip'],
    customTypes: /^application\/(?:[\w.+-]+\+)?json/,
    // Quality 11, the default of Node, takes a second for what 4 packs in 20 ms.
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
    globalDecompression: false,
  });
  const { render, concurrency, dashboard = null } = options;
  registerApi(app, { current: options.current, dashboard: dashboard?.path ?? null });
  registerRuns(app, options);
  registerTiles(app, {
    current: async () => options.current(),
    render,
    concurrency,
    findLayer: (results, id) => findSceneLayer(results, id),
  });
  registerChips(app, { current: options.current, render, concurrency });
  registerParcelTiles(app, options);
  registerFiles(app, options);
  const { register, importer, assess = null, suggestionsFile = null, current } = options;
  if (register && importer)
    registerParcelRegister(app, { register, importer, current, assess, suggestionsFile, now: () => new Date() });
  registerOgc(app, options);
  app.get('/api/openapi.json', { schema: { hide: true } }, (request, reply) => sendJson(request, reply, app.swagger()));
  if (dashboard) await registerDashboard(app, dashboard);
  await registerViewer(app);
  return app;
}

const GONE = new HttpFailure(408, 'E_ABORTED', 'The request ended early. Send it again.');
const CLIENT_ERRORS: Readonly<Record<string, readonly [status: string, code: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [
    '408 Request Timeout',
    'E_TIMEOUT',
    `The request did not arrive within ${REQUEST_MS / 1000} s (its headers within ${HEADERS_MS / 1000} s). Try again over a better connection, or send less.`,
  ],
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'E_HEADERS',
    `The headers have more than ${MAX_HEADER_BYTES / 1024} kB. Send fewer.`,
  ],
};

/** Answers what never became a request, in the form of every other failure. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const known = CLIENT_ERRORS[error.code ?? ''];
  const [status, code, message] = known ?? ['400 Bad Request', 'E_REQUEST', 'This is no request of HTTP.'];
  const body = JSON.stringify({ error: { code, message } });
  const head = `content-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\ncache-control: no-store\r\nconnection: close`;
  socket.end(`HTTP/1.1 ${status}\r\n${head}\r\n\r\n${body}`);
}

/** What goes on in runs and in the server itself. */
function registerRuns(app: FastifyInstance, options: AppOptions): void {
  const { current, operations: source = NO_OPERATIONS, dashboard, hasDatabase = false } = options;
  const feed = createFeed(source);
  registerOperations(app, { source, feed });
  registerMetrics(app, feed);
  registerReadiness(app, [
    { name: 'results', isNeeded: false, check: current },
    { name: 'operations', isNeeded: false, check: hasDatabase ? feed.read : () => readAny(source) },
    ...(hasDatabase ? [{ name: 'database' as const, isNeeded: true, check: feed.read }] : []),
    ...(dashboard ? [{ name: 'redis' as const, isNeeded: true, check: dashboard.ping }] : []),
  ]);
}

async function readAny(source: OperationsSource): Promise<void> {
  if ((await source.read()) === null) throw new Error('nothing is known of any run');
}

/** Only what went wrong unforeseen is said; requests are nobody's business. */
function createLog(say: (line: string) => void): FastifyBaseLogger {
  const silent = () => {};
  const tell = (what: unknown, more?: unknown) =>
    say(toErrorDetail(what instanceof Error ? what : (more ?? what)).message);
  const log = { level: 'error', fatal: tell, error: tell, warn: silent, info: silent, debug: silent, trace: silent };
  return { ...log, silent, child: () => createLog(say) } as FastifyBaseLogger;
}

function answerFailures(app: FastifyInstance, say: (line: string) => void): void {
  app.setErrorHandler((error, request, reply) => {
    const failure = describeFailure(error);
    // Who went away in the middle of a body is no fault of the server, and reads no answer.
    const isGone = failure.isBug && request.raw.destroyed && !request.raw.complete;
    const { status, body, isBug } = isGone ? describeFailure(GONE) : failure;
    if (isBug)
      say(`${request.method} ${request.routeOptions.url ?? 'unknown address'}: ${toErrorDetail(error).message}`);
    // What is left of a body that is too long would be taken for the next request's.
    if (status === 413) reply.header('connection', 'close');
    for (const name of ['etag', 'content-encoding', 'content-disposition']) reply.removeHeader(name);
    return answerFailure(reply, { status, body });
  });
  app.setNotFoundHandler((_request, reply) => {
    const error = { code: 'E_NOT_FOUND', message: 'There is nothing at this address.' };
    return answerFailure(reply, { status: 404, body: { error } });
  });
}

function answerFailure(
  reply: FastifyReply,
  { status, body }: Pick<ReturnType<typeof describeFailure>, 'status' | 'body'>,
): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').send(body);
}

/** What a call throws; null where it does not. */
function failureOf(call: () => void): unknown {
  try {
    call();
    return null;
  } catch (error) {
    return error;
  }
}
