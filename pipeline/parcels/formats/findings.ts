import type { CheckFinding, CheckSeverity, MendProposal } from '../../../shared/parcel-check.ts';

/** What a reader found about one row. `message` is one plain sentence whose subject is what the row holds. */
export function finding(
  rule: string,
  severity: CheckSeverity,
  message: string,
  more: {
    readonly values?: Readonly<Record<string, string | number>>;
    readonly place?: readonly [lon: number, lat: number] | null;
    readonly proposal?: MendProposal | null;
  } = {},
): CheckFinding {
  const { values = {}, place = null, proposal = null } = more;
  return { rule, severity, message, values, place, proposal };
}

/** A text of a file fit for a message: at most 40 characters, what cannot be seen replaced. */
export function shownText(text: string): string {
  const start = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return start.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '�');
}

/** `A, B, C and 4 more`. */
export function shownList(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).map(shownText).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** `1 track was`, `2 tracks were`: the number with what follows it for one and for many. */
export function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
