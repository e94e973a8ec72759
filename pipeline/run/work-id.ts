import { sha256OfBytes } from '../store/files.ts';

/** Name of a run's work in the record: the same run into two folders is two runs. */
export function workIdOf(planRunId: string, out: string): string {
  return `r${sha256OfBytes(`${planRunId} ${out}`).slice(0, 24)}`;
}
