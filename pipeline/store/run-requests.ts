import { CanopyError } from '../../shared/errors.ts';
import { isRetryable, isUnderWay, type RunRequest, type WorkState } from '../../shared/operations.ts';

/** A run as far as it decides whether a request of it is taken. */
export interface AskedRun {
  readonly state: WorkState;
  readonly silent: boolean;
  readonly place: string;
  /** How many dead letters it has. */
  readonly dead: number;
  /** Dead letters that are known by their key: all, or those that were asked for, or the first of them. */
  readonly keys: ReadonlySet<string>;
  /** Whether there may be dead letters beyond `keys`. */
  readonly isCut: boolean;
}

/**
 * The one judge of what a person asks, wherever it is asked. Returns how many dead letters the request is about for
 * certain. Throws, all `usage`: `E_NO_COORDINATOR` where nobody would hear it, `E_NOT_HELD` for going on without dead
 * letters before it is known which, `E_MERGING` for a retry that comes too late, `E_NO_DEAD_LETTER` for one of units that
 * were not given up.
 */
export function checkRequest(run: AskedRun, request: RunRequest): number {
  const { state, silent, place, dead, keys, isCut } = run;
  if (!isUnderWay(state) || silent) throw notUnderWay(place);
  if (request.kind === 'merge' && state !== 'held')
    throw refusal('E_NOT_HELD', 'The run does not wait for a decision: only one that waits goes on without units.');
  if (request.kind !== 'retry') return dead;
  if (!isRetryable(state))
    throw refusal(
      'E_MERGING',
      'The run writes its results already. Start the same canopy command again when it has ended: it computes what was given up.',
    );
  if (dead === 0)
    throw refusal('E_NO_DEAD_LETTER', 'There is nothing to try again: no unit of the run is given up now.');
  if (request.keys === null) return dead;
  const wanted = [...new Set(request.keys)];
  const unknown = wanted.filter((key) => !keys.has(key));
  if (unknown.length > 0 && !isCut)
    throw refusal('E_NO_DEAD_LETTER', `Not given up by the run: ${nameSome(unknown)}. Ask for units that are.`);
  return wanted.length - unknown.length;
}

const MAX_NAMED = 5;

function nameSome(keys: readonly string[]): string {
  const more = keys.length - MAX_NAMED;
  return `${keys.slice(0, MAX_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function refusal(code: string, message: string): CanopyError {
  return new CanopyError({ kind: 'usage', code, message });
}

/** Nobody hears a request. */
function notUnderWay(place: string): CanopyError {
  const message = `No coordinator works on the run in ${place} any more. Start the same canopy command again: it computes only what is missing or was given up.`;
  return new CanopyError({ kind: 'usage', code: 'E_NO_COORDINATOR', message, where: place });
}
