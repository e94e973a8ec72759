import type { CheckFinding, CheckSeverity, MendProposal } from '../../../shared/parcel-check.ts';

/**
 * Every rule that readers find rows by, with the names of what its sentence is filled with; a sentence that comes in
 * several kinds (`why`) has not all of them. Metres end in `M`; places are as `FilePlace` writes them.
 */
export const READER_RULES = {
  id: ['given', 'id'],
  'id-repeated': ['id', 'firstPlace'],
  'no-feature': [],
  'unreadable-row': ['where', 'what'],
  'property-left-out': ['why', 'property', 'characters', 'limit', 'properties', 'inner'],
  'corner-order': ['heading'],
  'corners-scattered': [],
  'corners-in-order': ['corners'],
  'pieces-joined': ['pieces'],
  'line-as-outline': ['gapM'],
  'parts-gathered': ['parts'],
  'parts-left-out': ['count'],
  'ring-winding': ['why'],
  'name-unclear': ['property', 'why', 'characters', 'limit'],
  'name-cleaned': ['property', 'said'],
  'intervention-unclear': ['property', 'said', 'why'],
  'start-date-unclear': ['property', 'said', 'why'],
  'stated-area-unclear': ['property', 'said', 'why'],
} as const satisfies Record<string, readonly string[]>;

export type ReaderRule = keyof typeof READER_RULES;

type ReaderValues<R extends ReaderRule> = Readonly<Partial<Record<(typeof READER_RULES)[R][number], string | number>>>;

/** What a reader found about one row. `message` is one plain sentence whose subject is what the row holds. */
export function finding<R extends ReaderRule>(
  rule: R,
  severity: CheckSeverity,
  message: string,
  more: {
    readonly values?: ReaderValues<R>;
    readonly place?: readonly [lon: number, lat: number] | null;
    readonly proposal?: MendProposal | null;
  } = {},
): CheckFinding {
  const { values = {}, place = null, proposal = null } = more;
  return { rule, severity, message, values: values as CheckFinding['values'], place, proposal };
}

/** A text of a file fit for a message: at most 40 characters, or `longest`, what cannot be seen replaced. */
export function shownText(text: string, longest = 40): string {
  const start = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return start.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '�');
}

/** `A, B, C and 4 more`. */
export function shownList(names: readonly string[], most = 5): string {
  const shown = names
    .slice(0, most)
    .map((name) => shownText(name))
    .join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** `1 track was`, `2 tracks were`: the number with what follows it for one and for many. */
export function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
