import { Worker } from 'node:worker_threads';
import { CanopyError } from '../../shared/errors.ts';
import { builtProgram } from '../workers/built-program.ts';
import type { DatabasePlace } from './database.ts';
import type { Register, RegisterReply, RegisterRequest } from './register-contract.ts';

/** The folder of a register beside the results it belongs to: results are made anew, a register has to outlive them. */
export function registerFolder(results: string): string {
  return `${results.replace(/[\\/]+$/, '')}-register`;
}

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: CanopyError) => void;
}

/** A register in a thread of its own, which the first question starts; until then it costs nothing. */
export function openRegister(place: DatabasePlace): Register {
  const pending = new Map<number, Pending>();
  let thread: Worker | null = null;
  let ended: Promise<void> = Promise.resolve();
  let lastId = 0;
  let isClosed = false;
  const fail = (cause: unknown) => {
    thread = null;
    for (const { reject } of pending.values()) reject(threadEnded(cause));
    pending.clear();
  };
  const start = () => {
    const started = new Worker(builtProgram('pipeline/run/register-thread.js'), { workerData: place });
    started.on('message', (message: RegisterReply) => settle(pending, message));
    started.on('error', fail);
    ended = new Promise((resolve) => {
      started.on('exit', () => {
        fail(null);
        resolve();
      });
    });
    return started;
  };
  return {
    call: (name, of) =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(threadEnded(null));
        const id = ++lastId;
        pending.set(id, { resolve, reject });
        thread ??= start();
        thread.postMessage({ kind: 'call', id, name, of } satisfies RegisterRequest);
      }),
    close: async () => {
      isClosed = true;
      thread?.postMessage({ kind: 'close' } satisfies RegisterRequest);
      await ended;
    },
  };
}

function settle(pending: Map<number, Pending>, message: RegisterReply): void {
  if (message.state === 'closed') return;
  const waiting = pending.get(message.id);
  pending.delete(message.id);
  if (message.state === 'answer') waiting?.resolve(message.value as never);
  else waiting?.reject(new CanopyError(message.error));
}

function threadEnded(cause: unknown): CanopyError {
  const message = 'The register was closed before it answered. Send the same again: nothing is registered twice.';
  return new CanopyError({ kind: 'transient', code: 'E_REGISTER_CLOSED', message }, { cause });
}
