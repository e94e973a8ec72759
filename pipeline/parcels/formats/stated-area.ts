import type { CheckFinding, JsonValue } from '../../../shared/parcel-check.ts';
import { AREA, AREA_IN_HA } from './attribute-words.ts';
import { finding, shownText } from './findings.ts';
import { plainName } from './plain-name.ts';

const M2_PER_HA = 10_000;
/** A unit at the end of a heading, cut short or not: `(ha)`, `_ha`, `(h`, `[m²]`, `_m2`, `(m`. */
const HA = /(?:[\s_([]|^)(?:ha|h|hectares?|hektar)[\])]?\s*$/i;
const M2 = /(?:[\s_([]|^)(?:m2|m²|m|qm|sqm|sq\.?\s*m)[\])]?\s*$/i;

/** Why a value states no area, by its kind: the rest of a sentence whose subject is the value. */
const AREA_FAULTS = {
  unread: 'is no area that can be read',
  unit: 'has no unit; call the column "area_ha" or "area_m2"',
  'two-ways': 'can be read in two ways; write it without a mark between the thousands',
  zero: 'is no area above 0',
} as const;
type AreaFault = keyof typeof AREA_FAULTS;

interface Stated {
  readonly value: number;
  readonly heading: string;
}

/**
 * The stated area in hectares, by the unit in the heading or behind the number; hectares are taken before square metres.
 * Without a unit, or where the number is in doubt, none is taken and that is said.
 */
export function findStatedArea(
  properties: Readonly<Record<string, JsonValue>>,
  findings: CheckFinding[],
): Stated | null {
  const doubts: CheckFinding[] = [];
  const stated: (Stated & { readonly rank: number })[] = [];
  for (const [heading, value] of Object.entries(properties)) {
    const plain = plainName(heading);
    const isKnown = AREA_IN_HA.has(plain);
    if ((!isKnown && !AREA.test(plain)) || (typeof value !== 'number' && typeof value !== 'string')) continue;
    if (typeof value === 'string' && value.trim() === '') continue;
    const unit = isKnown ? 'ha' : unitOf(heading);
    const read = readArea(value, unit);
    if ('why' in read) doubts.push(doubt(heading, value, read.why));
    else stated.push({ value: read.ha, heading, rank: isKnown ? 0 : unit === 'ha' ? 1 : 2 });
  }
  const [best] = stated.toSorted((a, b) => a.rank - b.rank);
  if (best === undefined && doubts.length > 0) findings.push(doubts[0]!);
  return best ?? null;
}

function unitOf(heading: string): 'ha' | 'm2' | null {
  if (HA.test(heading)) return 'ha';
  return M2.test(heading) ? 'm2' : null;
}

function readArea(
  value: string | number,
  unitOfHeading: 'ha' | 'm2' | null,
): { readonly ha: number } | { readonly why: AreaFault } {
  const match =
    typeof value === 'number' || value.length > 60
      ? null
      : /^([+-]?[\d\s\u00a0\u202f.,']+)\s*(ha|hectares?|hektar|m²|m2|qm|sqm)?$/i.exec(value.trim());
  if (typeof value === 'string' && !match) return { why: 'unread' };
  const behind = match?.[2]?.toLowerCase();
  const unit = behind === undefined ? unitOfHeading : behind.startsWith('h') ? 'ha' : 'm2';
  if (unit === null) return { why: 'unit' };
  const number = typeof value === 'number' ? value : readNumber(match![1]!);
  if (number === null) return { why: 'two-ways' };
  if (!(number > 0) || !Number.isFinite(number)) return { why: 'zero' };
  return { ha: unit === 'ha' ? number : number / M2_PER_HA };
}

/** A number with a point or a comma before its decimals and blanks, points, commas or apostrophes between its thousands. */
function readNumber(given: string): number | null {
  const text = given.replaceAll(/[\s\u00a0\u202f']/g, '');
  const marks = text.replaceAll(/[^.,]/g, '');
  if (marks === '') return Number(text);
  if (marks.length === 1) {
    // 1,234 is a good hectare in French and more than a thousand of them in English; 1.234 in German is the other way round.
    const [whole, decimals] = text.split(/[.,]/) as [string, string];
    const isDoubtful = decimals.length === 3 && /^[+-]?[1-9]\d{0,2}$/.test(whole);
    return isDoubtful ? null : Number(text.replace(',', '.'));
  }
  const last = marks.at(-1)!;
  const rest = marks.slice(0, -1);
  if (rest.includes(last) || new Set(rest).size > 1) return null;
  return Number(text.replaceAll(rest.charAt(0), '').replace(',', '.'));
}

function doubt(heading: string, value: string | number, why: AreaFault): CheckFinding {
  const [said, property] = [shownText(String(value)), shownText(heading)];
  const text = `The stated area "${said}" in "${property}" ${AREA_FAULTS[why]}. It was not taken.`;
  return finding('stated-area-unclear', 'note', text, { values: { property, said, why } });
}
