import { usageError } from '../../shared/errors.ts';

const HOW = 'It is -1000 from Sentinel-2 baseline 04.00 on, 0 before it or where the provider has applied it.';

/** One number of `--dn-offset`, −10,000 to 0, or two where `most` allows them. Errors: usage. */
export function readDnOffsets(text: string | undefined, most: 1 | 2): readonly [number, ...number[]] {
  if (text === undefined) throw usageError(`--dn-offset is missing: what is added to the stored numbers. ${HOW}`);
  const numbers = text.split(',').map((part) => (/^\s*[+-]?\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  const wanted = most === 1 ? 'a whole number' : 'a whole number, or two parted by a comma (before,after)';
  if (numbers.length > most || numbers.some(Number.isNaN))
    throw usageError(`--dn-offset wants ${wanted}; got "${text}". ${HOW}`);
  const wrong = numbers.find((number) => number > 0 || number < -10_000);
  if (wrong !== undefined)
    throw usageError(
      `--dn-offset is added to the stored numbers, so it is 0 or less, -10000 at the least; got ${wrong}. ${HOW}`,
    );
  // −0 would be told as "-0".
  const [first, ...others] = numbers.map((number) => number + 0);
  return [first!, ...others];
}
