import type { CheckLine } from './check.ts';
import type { Truth } from './make.ts';

/** What is read of the report of `canopy parcels eligibility --json`. */
export interface JudgedParcels {
  readonly parcels: readonly {
    readonly id: string;
    readonly eligibility: {
      readonly light: string;
      readonly parcelHa: number;
      readonly rules: readonly {
        readonly rule: string;
        readonly light: string;
        readonly evidence: readonly {
          readonly layer: string;
          readonly date: string | null;
          readonly ha: number | null;
          readonly unknownHa: number;
        }[];
      }[];
    } | null;
  }[];
}

type TrueRule = Truth['parcels'][number]['eligibility']['rules'][number];
type JudgedParcel = NonNullable<JudgedParcels['parcels'][number]['eligibility']>;
type JudgedRule = JudgedParcel['rules'][number];

/** One rule of one parcel whose light is not the true one, and why, where that is known. */
export interface Exception {
  readonly id: string;
  readonly rule: string;
  readonly got: string;
  readonly wanted: string;
  /** null: not explained. */
  readonly why: string | null;
}

/** Every rule whose light differs from the truth. */
export function findExceptions(truth: Truth, judged: JudgedParcels): Exception[] {
  const byId = new Map(judged.parcels.map((parcel) => [parcel.id, parcel.eligibility]));
  return truth.parcels.flatMap(({ id, kind, eligibility }) =>
    eligibility.rules.flatMap((wanted): Exception[] => {
      const parcel = byId.get(id);
      const rule = parcel?.rules.find((each) => each.rule === wanted.rule);
      if (rule?.light === wanted.light) return [];
      const why =
        parcel && rule ? (explainCloud(kind, wanted, rule, parcel) ?? explainThreshold(wanted, rule, parcel)) : null;
      return [{ id, rule: wanted.rule, got: rule?.light ?? 'no answer', wanted: wanted.light, why }];
    }),
  );
}

/** Rules that rest on the tree cover of the monitored period, the only layer that clouds make gaps in. */
const SEEN_FROM_ABOVE: readonly string[] = ['no-clearing', 'tree-cover-now'];
/** Hectares may differ by their rounding alone. */
const ROUNDING_HA = 1e-6;

/**
 * Clouds explain an open rule only where it rests on the cover of the period, the gap is that layer's own and no other's,
 * the true share lies within what was left open, and so does the threshold: without the gap there would be an answer.
 */
function explainCloud(kind: string, wanted: TrueRule, rule: JudgedRule, parcel: JudgedParcel): string | null {
  if (kind !== 'cloudy' || rule.light !== 'more-information' || !SEEN_FROM_ABOVE.includes(rule.rule)) return null;
  const now = parcel.rules.find((each) => each.rule === 'tree-cover-now')?.evidence[0];
  const last = rule.evidence.at(-1);
  if (now === undefined || last === undefined || last.ha === null || wanted.mostPct === null) return null;
  if (last.layer !== now.layer || last.date !== now.date) return null;
  const isOwnGap = rule.evidence.every(({ unknownHa }) => Math.abs(unknownHa - now.unknownHa) <= ROUNDING_HA);
  const leastPct = (100 * last.ha) / parcel.parcelHa;
  const unknownPct = (100 * now.unknownHa) / parcel.parcelHa;
  const mostPct = leastPct + unknownPct;
  const isTrueWithin = wanted.pct >= leastPct - wanted.nearPct && wanted.pct <= mostPct + wanted.nearPct;
  const isDecided = leastPct > wanted.mostPct || mostPct <= wanted.mostPct;
  if (!isOwnGap || !isTrueWithin || isDecided) return null;
  return `no clear view of ${unknownPct.toFixed(0)} % of it, and it says so`;
}

function explainThreshold(wanted: TrueRule, rule: JudgedRule, { parcelHa }: JudgedParcel): string | null {
  const last = rule.evidence.at(-1);
  if (rule.light === 'more-information' || last === undefined || last.ha === null || wanted.mostPct === null)
    return null;
  const gotPct = (100 * last.ha) / parcelHa;
  const isAcross = gotPct > wanted.mostPct !== wanted.pct > wanted.mostPct;
  const isNear = Math.abs(wanted.pct - wanted.mostPct) <= wanted.nearPct;
  if (!isAcross || !isNear || Math.abs(gotPct - wanted.pct) > wanted.nearPct) return null;
  const [got, real, near] = [gotPct, wanted.pct, wanted.nearPct].map((pct) => pct.toFixed(0));
  return `${got} % measured and ${real} % true on both sides of ${wanted.mostPct} %: ${near} % of it has a cover within 5 points of 30 %`;
}

/** Lines for the table of the demo's check. */
export function checkEligibility(truth: Truth, judged: JudgedParcels): CheckLine[] {
  const exceptions = findExceptions(truth, judged);
  const odd = new Set(exceptions.map(({ id }) => id));
  const unexplained = exceptions.filter(({ why }) => why === null);
  const rules = truth.parcels.reduce((sum, { eligibility }) => sum + eligibility.rules.length, 0);
  const names = [...odd].join(', ');
  const told = unexplained.map(({ id, rule, got, wanted }) => `${id} ${rule} ${got} instead of ${wanted}`);
  return [
    {
      what: 'eligibility: parcels with all rules right',
      measured: `${truth.parcels.length - odd.size} of ${truth.parcels.length}${names && ` (exceptions ${names})`}`,
      wanted: 'told only',
      holds: null,
    },
    {
      what: 'eligibility: rules right',
      measured: `${rules - exceptions.length} of ${rules}`,
      wanted: 'told only',
      holds: null,
    },
    {
      what: 'eligibility: exceptions without an explanation',
      measured: told.length === 0 ? '0' : `${told.length}: ${told.join('; ')}`,
      wanted: '0',
      holds: told.length === 0 && judged.parcels.length >= truth.parcels.length,
    },
  ];
}
