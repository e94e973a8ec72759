import { usageError } from '../../shared/errors.ts';

/** One wish of `--stats`. */
export type ZonalStat =
  | { readonly kind: 'plain'; readonly name: PlainStat }
  | { readonly kind: 'quantile'; readonly name: string; readonly p: number }
  | { readonly kind: 'classes'; readonly name: 'classes' };

const PLAIN_STATS = ['count', 'sum', 'mean', 'stdev', 'min', 'max', 'area_ha'] as const;
export type PlainStat = (typeof PLAIN_STATS)[number];

/** Reads a list such as `count,mean,p10,classes`. Throws a usage error on an unknown name or one given twice. */
export function parseStats(text: string): ZonalStat[] {
  const stats = text.split(',').map((name) => parseStat(name.trim()));
  const names = new Set<string>();
  for (const { name } of stats) {
    if (names.has(name)) throw usageError(`--stats names "${name}" twice; a column is written once.`);
    names.add(name);
  }
  return stats;
}

function parseStat(name: string): ZonalStat {
  const plain = PLAIN_STATS.find((known) => known === name);
  if (plain !== undefined) return { kind: 'plain', name: plain };
  if (name === 'classes') return { kind: 'classes', name };
  if (name === 'median') return { kind: 'quantile', name, p: 0.5 };
  const pct = /^p(\d{1,3}(?:\.\d{1,6})?)$/.exec(name)?.[1];
  if (pct !== undefined && Number(pct) <= 100) return { kind: 'quantile', name, p: Number(pct) / 100 };
  throw usageError(
    `--stats knows ${PLAIN_STATS.join(', ')}, median, p0 to p100 and classes, with commas between; got "${name}".`,
  );
}
