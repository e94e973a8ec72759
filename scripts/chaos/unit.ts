import { encodeUnitFile } from '../../pipeline/run/unit-file.ts';
import { sha256OfBytes } from '../../pipeline/store/files.ts';
import { deriveSeed, mulberry32 } from '../demo/random.ts';

/** A unit whose result follows from its key and the seed alone: no pixels are read. Its file is as real ones are. */
export interface ChaosTask {
  readonly key: string;
  readonly seed: number;
  readonly out: string;
  /** How long its computing seems to take. */
  readonly delayMs: number;
  /** Folder of bombs. */
  readonly bombs: string;
}

const MIN_BYTES = 2048;
const SPREAD_BYTES = 6144;

/** Keys of the units of a run, in the order in which they are handed out. */
export function unitKeys(seed: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `u${sha256OfBytes(`${seed} ${i}`).slice(0, 31)}`);
}

/** The file of a unit, some kB. */
export function makeUnitFile(seed: number, key: string): Buffer {
  const random = mulberry32(deriveSeed(seed, key));
  const bytes = MIN_BYTES + Math.floor(random() * SPREAD_BYTES);
  const data = Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256));
  return encodeUnitFile(key, { parts: [], problems: [], layers: [{ kind: 'cover', period: 'period', data }] });
}

/** How long a unit seems to take, from its key: the same in every run. */
export function delayOf(seed: number, key: string, [least, most]: readonly [number, number]): number {
  return Math.round(least + (most - least) * mulberry32(deriveSeed(seed, `delay ${key}`))());
}
