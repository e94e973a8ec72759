import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../demo/random.ts';

/** A change to what a run has left. */
export interface Mutation {
  /** What was done, for a report. */
  readonly what: string;
  /** File or table that a verification has to name. */
  readonly place: string;
}

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

/** Changes one file of a folder at random; `undo` puts back what was there. */
export function mutateFile(
  dir: string,
  names: readonly string[],
  random: Random,
): Mutation & { readonly undo: () => void } {
  const place = pick(random, names);
  const path = join(dir, place);
  const content = readFileSync(path);
  const undo = () => writeFileSync(path, content);
  const chance = random();
  if (chance < 0.6) {
    const bit = Math.floor(random() * content.length * 8);
    const flipped = Buffer.from(content);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    writeFileSync(path, flipped);
    return { what: `bit ${bit} of ${place} flipped`, place, undo };
  }
  if (chance < 0.75) {
    const length = Math.floor(random() * content.length);
    writeFileSync(path, content.subarray(0, length));
    return { what: `${place} cut to ${length} of ${content.length} bytes`, place, undo };
  }
  if (chance < 0.87) {
    rmSync(path);
    return { what: `${place} removed`, place, undo };
  }
  return { ...swapFiles(dir, place, names, random), place };
}

function swapFiles(dir: string, first: string, names: readonly string[], random: Random) {
  const content = readFileSync(join(dir, first));
  const others = names.filter((name) => !readFileSync(join(dir, name)).equals(content));
  const second = pick(random, others);
  const other = readFileSync(join(dir, second));
  copyFileSync(join(dir, second), join(dir, first));
  writeFileSync(join(dir, second), content);
  const undo = () => {
    writeFileSync(join(dir, first), content);
    writeFileSync(join(dir, second), other);
  };
  return { what: `${first} and ${second} swapped`, undo };
}
