import type { FastifyInstance } from 'fastify';
import { toErrorDetail } from '../../shared/errors.ts';
import { OPERATIONS_SCHEMAS } from './operations-schemas.ts';

/** Something the server rests on. */
export interface ReadyCheck {
  readonly name: 'results' | 'operations' | 'redis' | 'database';
  /** Of those that are not needed by themselves one is enough. */
  readonly isNeeded: boolean;
  /** Rejects, with the reason, where it is not ready. */
  readonly check: () => Promise<unknown> | unknown;
}

interface ReadyPart {
  readonly name: ReadyCheck['name'];
  readonly isReady: boolean;
  readonly reason: string | null;
}

const WITHIN_MS = 2000;

/** Adds the two addresses that a supervisor asks: whether the process answers, and whether it can do its work. */
export function registerReadiness(app: FastifyInstance, checks: readonly ReadyCheck[]): void {
  app.get('/health/live', { schema: OPERATIONS_SCHEMAS.live }, (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'ok' }),
  );
  app.get('/health/ready', { schema: OPERATIONS_SCHEMAS.ready }, async (_request, reply) => {
    const parts = await Promise.all(checks.map(tryPart));
    const areReady = (isNeeded: boolean) => parts.filter((_, index) => checks[index]!.isNeeded === isNeeded);
    const isReady = areReady(true).every((part) => part.isReady) && areReady(false).some((part) => part.isReady);
    return reply
      .code(isReady ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ isReady, parts });
  });
}

async function tryPart({ name, check }: ReadyCheck): Promise<ReadyPart> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer within ${WITHIN_MS / 1000} s`)), WITHIN_MS);
  });
  try {
    await Promise.race([Promise.resolve().then(check), tooLong]);
    return { name, isReady: true, reason: null };
  } catch (error) {
    const { code, message } = toErrorDetail(error);
    // A stack is for the log.
    return { name, isReady: false, reason: code === 'E_UNEXPECTED' ? message.split('\n', 1)[0]! : message };
  } finally {
    clearTimeout(timer);
  }
}
