import { deriveSeed, mulberry32, type Random } from '../demo/random.ts';
import { below, pick } from './choose.ts';
import type { Seed } from './corpus.ts';
import { DATA_MUTATORS } from './mutate-data.ts';
import { STRUCTURE_MUTATORS } from './mutate-structure.ts';
import { drawStream, type StreamInput } from './streams.ts';

/** What a mutator may look at. The layout is that of the unharmed seed. */
export interface MutationContext {
  readonly random: Random;
  readonly seed: Seed;
  /** Any other file of the corpus. */
  readonly other: () => Seed;
}

/** Changes `bytes`, its own to write into, or returns others. */
export type Mutator = (bytes: Buffer, context: MutationContext) => Buffer;

/** Families of mutation, by the name under which the table counts them. */
const MUTATORS: readonly (readonly [string, Mutator])[] = [
  ...Object.entries(STRUCTURE_MUTATORS),
  ...Object.entries(DATA_MUTATORS),
];

/** A harmed file. */
interface FileInput {
  readonly seed: Seed;
  readonly bytes: Buffer;
}

export interface FuzzInput {
  /** The first mutation, under which the input is counted. */
  readonly family: string;
  /** Seed file and mutations. */
  readonly story: string;
  readonly bytes: Uint8Array;
  readonly of: { readonly file: FileInput } | { readonly stream: StreamInput };
}

/** Every so many inputs one is a bare stream, which costs little to read. */
const STREAM_EVERY = 8;

/** Input number `index` of a fuzz run: the same for the same seed number, whatever ran before it. */
export function makeInput(corpus: readonly Seed[], runSeed: number, index: number): FuzzInput {
  const random = mulberry32(deriveSeed(runSeed, `input ${index}`));
  if (index % STREAM_EVERY === STREAM_EVERY - 1) {
    const stream = drawStream(random);
    const { codec, bytes, wantedBytes } = stream;
    const family = `${codec} alone`;
    return { family, story: `${family}, ${bytes.length} bytes for ${wantedBytes}`, bytes, of: { stream } };
  }
  const seed = pick(random, corpus);
  const context = { random, seed, other: () => pick(random, corpus) };
  const times = pick(random, [1, 1, 1, 2, 3]);
  const mutations: string[] = [];
  let bytes: Buffer = Buffer.from(seed.bytes);
  for (let i = 0; i < times; i++) {
    const [name, mutate] = MUTATORS[below(random, MUTATORS.length)]!;
    mutations.push(name);
    bytes = mutate(bytes, context);
  }
  const story = `${seed.name}; ${mutations.join(', ')}`;
  return { family: mutations[0]!, story, bytes, of: { file: { seed, bytes } } };
}
