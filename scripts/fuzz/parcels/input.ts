import type { ParcelFormat } from '../../../shared/parcel-check.ts';
import { deriveSeed, mulberry32, type Random } from '../../demo/random.ts';
import { pick } from '../choose.ts';
import { BYTE_MUTATORS, type Mutate } from './mutate-bytes.ts';
import { TEXT_MUTATORS } from './mutate-text.ts';
import { mutateZip } from './mutate-zip.ts';
import type { ParcelSeed } from './seeds.ts';

export interface ParcelInput {
  readonly name: string;
  /** Seed file and mutations. */
  readonly story: string;
  readonly bytes: Uint8Array;
}

export interface InputNumber {
  readonly format: ParcelFormat;
  readonly runSeed: number;
  readonly index: number;
}

const TEXT_FORMATS: ReadonlySet<ParcelFormat> = new Set(['geojson', 'kml', 'gpx', 'csv']);
const BYTES = Object.entries(BYTE_MUTATORS);
const TEXTS = Object.entries(TEXT_MUTATORS);

/** Input `index` of a format: the same for the same seed number, whatever ran before it. */
export async function makeParcelInput(
  seeds: readonly ParcelSeed[],
  { format, runSeed, index }: InputNumber,
): Promise<ParcelInput> {
  const random = mulberry32(deriveSeed(runSeed, `${format} ${index}`));
  const seed = pick(
    random,
    seeds.filter((each) => each.format === format),
  );
  const names: string[] = [];
  const harm = (bytes: Buffer, isText: boolean) =>
    harmSome(bytes, random, { isText, names, other: () => pick(random, seeds).bytes });
  let bytes: Buffer = Buffer.from(seed.bytes);
  if ((format === 'kmz' || format === 'shapefile') && random() < 0.8) {
    bytes = await mutateZip(bytes, random, (name, data) => {
      names.push(name);
      return harm(data, /\.(kml|prj|cpg|txt)$/i.test(name));
    });
    if (names.length === 0) names.push('entries of the zip');
  } else bytes = harm(bytes, TEXT_FORMATS.has(format));
  return { name: seed.name, story: `${seed.name}: ${names.join(', ')}`, bytes };
}

function harmSome(
  given: Buffer,
  random: Random,
  { isText, names, other }: { isText: boolean; names: string[]; other: () => Uint8Array },
): Buffer {
  let bytes = given;
  const times = pick(random, [1, 1, 1, 2, 3]);
  // A file that has grown is slow to harm again, and shows little more.
  for (let i = 0; i < times && bytes.length > 0 && bytes.length < 300_000; i++) {
    const [name, mutate]: readonly [string, Mutate] =
      isText && random() < 0.7 ? pick(random, TEXTS) : pick(random, BYTES);
    names.push(name);
    bytes = mutate(bytes, random, other);
  }
  return bytes;
}
