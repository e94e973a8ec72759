import { MAX_LISTED, WORK_STATES } from '../../shared/operations.ts';
import { answers, choice, count, list, noQuery, number, orNull, record, ref, text } from './schema-parts.ts';

/** JSON Schemas of what `shared/operations.ts` describes, as `api-schemas.ts` has them of results. */

const moment = (what: string) => text(`${what}, UTC, ISO 8601`);
const reason = record(
  { kind: choice('usage', 'input', 'transient', 'auth', 'resource', 'bug'), code: text('stable'), message: text() },
  'with `where`, what the failure is about, if that is known',
);

const run = record({
  id: text(),
  label: text('name of the output folder'),
  place: text('output folder on the coordinator’s machine'),
  state: choice(...WORK_STATES),
  startedAt: moment('start'),
  changedAt: moment('last change'),
  endedAt: orNull(moment('end; null while the run is under way')),
  units: record({
    total: count(),
    due: count('waiting'),
    running: count(),
    done: count(),
    dead: count('given up'),
  }),
  unitsPerMinute: orNull(number('done in the last minute')),
  secondsLeft: orNull(number('by the throughput of the last minute')),
  failedAttempts: count('failed or lost, tried again or not'),
  error: orNull({ ...reason, description: 'why the run failed as a whole' }),
});

const deadLetter = record({
  key: text(),
  label: text('grid and place'),
  error: reason,
  diedAt: moment('when it was given up'),
  starts: count(),
  worker: text('host:pid of the last attempt'),
});

const worker = record({
  name: text('host:pid'),
  running: count(),
  done: count(),
  failed: count(),
  lastSeenAt: moment('last sign of life'),
});

export const OPERATIONS_COMPONENT = {
  $id: 'OperationsView',
  ...record({
    format: choice('twin-canopy-operations/1'),
    at: moment('when it was read'),
    runs: list(
      record({
        run,
        silent: { type: 'boolean', description: 'goes on by its state, but its coordinator is not heard of any more' },
        deadLetters: list(deadLetter, `at most ${MAX_LISTED}`),
        workers: list(worker, `at most ${MAX_LISTED}`),
      }),
      'the newest first',
    ),
  }),
};

const key = { ...text('of a dead letter'), minLength: 1, maxLength: 128 };
const runId = { ...text(), minLength: 1, maxLength: 128 };
const part = record({
  name: choice('results', 'operations', 'redis', 'database'),
  isReady: { type: 'boolean' },
  reason: orNull(text('why it is not')),
});
const readiness = record({ isReady: { type: 'boolean' }, parts: list(part) });
const plain = (description: string, type: string) => ({
  200: { description, content: { [type]: { schema: text() } } },
  '5xx': ref('ApiError'),
});

export const OPERATIONS_SCHEMAS = {
  operations: {
    tags: ['operations'],
    summary: 'Runs that are known here: progress, dead letters, workers',
    querystring: noQuery,
    response: answers(ref('OperationsView')),
  },
  events: {
    tags: ['operations'],
    summary: 'The same as server-sent events of the name “operations”, as it changes',
    querystring: noQuery,
    response: plain('Each event’s data is an OperationsView', 'text/event-stream'),
  },
  requests: {
    tags: ['operations'],
    summary: 'Asks a run to try dead letters again, to go on without them, or to end',
    description: 'Its coordinator hears it within seconds. From pages of this server only.',
    querystring: noQuery,
    body: {
      type: 'object',
      required: ['kind', 'runId'],
      additionalProperties: false,
      properties: {
        kind: choice('retry', 'cancel', 'merge'),
        runId,
        keys: {
          ...orNull(list(key, 'for “retry”, and only there: which dead letters; null: all')),
          minItems: 1,
          maxItems: MAX_LISTED,
        },
      },
    },
    response: { 202: { description: 'Taken', ...record({ isTaken: { type: 'boolean' } }) }, '4xx': ref('ApiError') },
  },
  metrics: {
    tags: ['operations'],
    summary: 'Figures for Prometheus',
    querystring: noQuery,
    response: plain('Prometheus text format', 'text/plain'),
  },
  live: {
    tags: ['operations'],
    summary: 'Whether the process answers',
    querystring: noQuery,
    response: answers(record({ status: choice('ok') })),
  },
  ready: {
    tags: ['operations'],
    summary: 'Whether there is something to show, and Redis and the database answer where they were given',
    querystring: noQuery,
    response: { ...answers(readiness), 503: { description: 'Not ready', ...readiness } },
  },
};
