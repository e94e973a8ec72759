import type { CheckSeverity } from '../parcel-check.ts';

interface Rule {
  readonly severity: CheckSeverity;
  /** Names of what its sentence is filled with; see `CheckFinding.values`. */
  readonly values: readonly string[];
}

/**
 * Every rule that parcels are checked by, in the order in which findings are listed: name, severity and the names of its
 * values. Hectares end in `Ha`, metres in `M`, degrees in `Deg`, percent in `Pct`. `ring` is `outer` or a hole's number
 * from 1, `part` the number of the part from 1, `pointer` a JSON pointer into the geometry.
 */
export const CHECK_RULES = {
  'no-geometry': { severity: 'error', values: [] },
  'geometry-kind': { severity: 'error', values: ['kind'] },
  empty: { severity: 'error', values: ['pointer'] },
  'too-many-vertices': { severity: 'error', values: ['vertices', 'limit'] },
  position: { severity: 'error', values: ['pointer', 'got', 'count'] },
  projected: { severity: 'error', values: ['pointer', 'x', 'y'] },
  'out-of-range': { severity: 'error', values: ['pointer', 'lon', 'lat'] },
  'swapped-axes': { severity: 'error', values: ['lon', 'lat', 'region'] },
  antimeridian: { severity: 'error', values: ['part'] },
  pole: { severity: 'error', values: ['part'] },
  'short-ring': { severity: 'error', values: ['part', 'ring', 'corners'] },
  'zero-area': { severity: 'error', values: ['part', 'ring'] },
  'unclosed-ring': { severity: 'error', values: ['part', 'ring', 'gapM'] },
  'self-crossing': { severity: 'error', values: ['part', 'ring', 'count'] },
  'self-touching': { severity: 'error', values: ['part', 'ring'] },
  'hole-outside': { severity: 'error', values: ['part'] },
  'hole-crossing': { severity: 'error', values: ['part'] },
  'nested-holes': { severity: 'error', values: ['part'] },
  'nested-parts': { severity: 'error', values: [] },
  'overlapping-parts': { severity: 'error', values: [] },
  'not-valid': { severity: 'error', values: [] },
  'too-small': { severity: 'error', values: ['parcelHa', 'limitHa'] },
  'too-large': { severity: 'error', values: ['parcelHa', 'limitHa'] },
  'outside-region': { severity: 'error', values: ['region', 'insidePct', 'limitPct'] },
  duplicate: { severity: 'error', values: ['other', 'region', 'sharedPct'] },
  overlap: { severity: 'warning', values: ['other', 'region', 'overlapHa', 'sharedPct'] },
  'start-date': { severity: 'error', values: ['got'] },
  spike: { severity: 'warning', values: ['count', 'angleDeg', 'lengthM'] },
  'sliver-part': { severity: 'warning', values: ['count', 'widthM', 'limitM'] },
  'sliver-hole': { severity: 'warning', values: ['count', 'widthM', 'limitM'] },
  sliver: { severity: 'warning', values: ['widthM', 'limitM'] },
  'narrower-than-pixel': { severity: 'warning', values: ['widthM', 'pixelM'] },
  'stated-area': { severity: 'warning', values: ['statedHa', 'parcelHa', 'statedPct', 'lowPct', 'highPct'] },
  'start-date-unlikely': { severity: 'warning', values: ['got', 'first', 'last'] },
  'missing-attribute': { severity: 'warning', values: ['attribute'] },
  'partly-outside-region': { severity: 'note', values: ['region', 'insidePct', 'limitPct'] },
  overlapped: { severity: 'note', values: ['other', 'overlapHa', 'sharedPct'] },
  'duplicate-points': { severity: 'note', values: ['count'] },
  winding: { severity: 'note', values: ['count'] },
  'z-dropped': { severity: 'note', values: ['count'] },
} as const satisfies Record<string, Rule>;

export type CheckRule = keyof typeof CHECK_RULES;

export type RuleValues<R extends CheckRule> = Readonly<
  Record<(typeof CHECK_RULES)[R]['values'][number], string | number>
>;

const ORDER: ReadonlyMap<string, number> = new Map(Object.keys(CHECK_RULES).map((name, index) => [name, index]));

/** Position of a rule in the order of findings; rules of readers come after those of the check. */
export function orderOfRule(rule: string): number {
  return ORDER.get(rule) ?? ORDER.size;
}

/** What can be proposed to mend a parcel. */
export const MEND_KINDS = [
  'read-as-polygon',
  'swap-axes',
  'split-antimeridian',
  'close-ring',
  'drop-ring',
  'drop-part',
  'make-valid',
  'merge-parts',
  'cut-region',
  'leave-out',
  'cut-overlap',
  'cut-spike',
  'fill-hole',
  'drop-duplicate-points',
] as const;
export type MendKind = (typeof MEND_KINDS)[number];
