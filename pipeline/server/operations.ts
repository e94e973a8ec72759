import type { FastifyInstance } from 'fastify';
import { isCanopyError } from '../../shared/errors.ts';
import type { RunRequest } from '../../shared/operations.ts';
import type { OperationsSource } from '../store/operations-source.ts';
import { createEventStream, type EventStream } from './event-stream.ts';
import { HttpFailure } from './failure.ts';
import { sendJson } from './json-reply.ts';
import type { OperationsFeed } from './operations-feed.ts';
import { OPERATIONS_SCHEMAS } from './operations-schemas.ts';

interface OperationsOptions {
  readonly source: OperationsSource;
  readonly feed: OperationsFeed;
}

/** Each holds a connection; a browser opens one for each page that is looked at. */
const MAX_STREAMS = 100;

/** Adds what `shared/operations.ts` describes: what goes on in runs, live too, and what a person asks of them. */
export function registerOperations(app: FastifyInstance, { source, feed }: OperationsOptions): void {
  app.get('/api/operations', { schema: OPERATIONS_SCHEMAS.operations }, async (request, reply) =>
    sendJson(request, reply, await feed.read()),
  );

  registerEvents(app, feed);

  app.post<{ Body: RunRequest }>(
    '/api/operations/requests',
    { schema: OPERATIONS_SCHEMAS.requests },
    async (request, reply) => {
      await ask(source, request.body);
      feed.refresh();
      return reply.code(202).header('cache-control', 'no-store').send({ isTaken: true });
    },
  );
}

function registerEvents(app: FastifyInstance, feed: OperationsFeed): void {
  const streams = new Set<EventStream>();
  app.get(
    '/api/operations/events',
    // The answer to a HEAD would never end.
    { schema: OPERATIONS_SCHEMAS.events, exposeHeadRoute: false },
    async (_request, reply) => {
      if (streams.size >= MAX_STREAMS)
        throw new HttpFailure(503, 'E_BUSY', `${MAX_STREAMS} pages follow the runs already; close some of them.`);
      const view = await feed.read();
      const stream = createEventStream({ name: 'operations', data: view }, () => {
        unfollow();
        streams.delete(stream);
      });
      // Where the source fails the answer ends; who comes back is told why.
      const unfollow = feed.follow(view, (data) => stream.send({ name: 'operations', data }), stream.end);
      streams.add(stream);
      return reply.type('text/event-stream; charset=utf-8').header('cache-control', 'no-store').send(stream.body);
    },
  );
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.end();
    feed.close();
  });
}

async function ask(source: OperationsSource, request: RunRequest): Promise<void> {
  const hasKeys = 'keys' in request;
  if ((request.kind === 'retry') !== hasKeys)
    throw new HttpFailure(400, 'E_REQUEST', 'The request is not as wanted: "keys" goes with "retry", and only there.');
  try {
    await source.ask(request);
  } catch (error) {
    const status = isCanopyError(error) ? STATUS_OF[error.code] : undefined;
    if (status === undefined || !isCanopyError(error)) throw error;
    throw new HttpFailure(status, error.code, error.message);
  }
}

const STATUS_OF: Readonly<Record<string, number>> = {
  E_NO_RUN: 404,
  E_NO_COORDINATOR: 409,
  E_NOT_HELD: 409,
  E_MERGING: 409,
  E_NO_DEAD_LETTER: 409,
};
