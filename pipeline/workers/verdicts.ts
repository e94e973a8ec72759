import { CanopyError, type ErrorKind } from '../../shared/errors.ts';
import type { TaskNote } from './contract.ts';

/** The child was killed because its task took longer than `timeoutMs`. */
export function timeoutError(timeoutMs: number, note: TaskNote | undefined): CanopyError {
  const message = `The unit was stopped after ${timeoutMs / 1000} s ${placeOf(note)}. Check that this file can be read (gdalinfo), or leave its scene out.`;
  return verdict('input', 'E_UNIT_TIMEOUT', message, note);
}

/** The child was killed because it held more than `maxBytes`. */
export function memoryError(maxBytes: number, note: TaskNote | undefined): CanopyError {
  const message = `The unit was stopped because it needed more than ${Math.round(maxBytes / 2 ** 20)} MiB of memory ${placeOf(note)}. Check that this file is what it says it is (gdalinfo), or leave its scene out.`;
  return verdict('input', 'E_MEM_BUDGET', message, note);
}

/** The child ended by itself: `how` is its signal or exit code, `outputTail` the end of what it printed. */
export function describeDeath(how: string, outputTail: string, note: TaskNote | undefined): CanopyError {
  if (/heap out of memory|Array buffer allocation failed/.test(outputTail)) {
    const message = `The unit ran out of its JavaScript heap ${placeOf(note)}. Check that this file is what it says it is (gdalinfo), or leave its scene out.`;
    return verdict('input', 'E_MEM_BUDGET', message, note);
  }
  const said = outputTail.trim() === '' ? '' : ` It said: ${outputTail.trim()}`;
  const message = `A worker process ended (${how}) ${placeOf(note)}; a new one takes its place.${said}`;
  return verdict('transient', 'E_WORKER_DIED', message, note);
}

function placeOf(note: TaskNote | undefined): string {
  if (!note) return 'before it had opened a file';
  return note.scene === undefined ? `while reading ${note.file}` : `while reading ${note.file} of scene ${note.scene}`;
}

function verdict(kind: ErrorKind, code: string, message: string, note: TaskNote | undefined): CanopyError {
  return new CanopyError(note ? { kind, code, message, where: note.file } : { kind, code, message });
}
