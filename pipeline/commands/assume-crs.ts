import { usageError } from '../../shared/errors.ts';

/** The value of `--assume-crs`, null where it was not given. Throws a usage error where it is no code of EPSG. */
export function readAssumeCrs(given: string | undefined): string | null {
  if (given === undefined || /^EPSG:\d{4,6}$/.test(given)) return given ?? null;
  throw usageError(`--assume-crs wants EPSG: and a number, such as EPSG:32631; got ${given}.`);
}
