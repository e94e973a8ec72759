import type { Draft } from '../delineate/drafts.ts';

/**
 * What becomes of one draft that several tabs may have changed: `write` what this tab has, `adopt` what is stored,
 * `fork` what this tab has into a draft of its own beside the stored one, `drop` it here, `remove` it from the store,
 * or `nothing`.
 */
export type Settlement = 'write' | 'adopt' | 'fork' | 'drop' | 'remove' | 'nothing';

interface Versions {
  /** As this tab has it now; null when it has none or dropped it. */
  readonly mine: Draft | null;
  /** As this tab last read or wrote it; null when it never did. */
  readonly base: Draft | null;
  /** As it is stored now. */
  readonly stored: Draft | null;
}

/** Decides as a merge of three versions does; nobody's work is overwritten by work that did not know of it. */
export function settleDraft({ mine, base, stored }: Versions): Settlement {
  if (mine === null) return settleAbsent(base, stored);
  if (stored === null) {
    if (base === null) return 'write';
    return isSameWork(mine, base) ? 'drop' : 'fork';
  }
  if (isSameWork(mine, stored)) return isEqual(mine, stored) ? 'nothing' : newerCheck(mine, stored);
  if (base !== null && isSameWork(stored, base)) return 'write';
  if (base !== null && isSameWork(mine, base)) return 'adopt';
  return 'fork';
}

function settleAbsent(base: Draft | null, stored: Draft | null): Settlement {
  if (stored === null) return 'nothing';
  // Dropped here, unless somebody worked on it elsewhere meanwhile.
  return base !== null && isSameWork(stored, base) ? 'remove' : 'adopt';
}

/** The same work, of which one has been checked. */
function newerCheck(mine: Draft, stored: Draft): Settlement {
  return mine.check === null && stored.check !== null ? 'adopt' : 'write';
}

/** Whether two states of a draft hold the same work; what a check said of it and when it was touched is no work. */
export function isSameWork(one: Draft, other: Draft): boolean {
  return isEqual(workOf(one), workOf(other));
}

function workOf({ check: _, changedMs: __, ...work }: Draft): unknown {
  return work;
}

/** Whether two values of JSON are equal, whatever the order of their members. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [names, others] = [Object.keys(one), Object.keys(other)];
  if (names.length !== others.length) return false;
  return names.every(
    (name) =>
      Object.hasOwn(other, name) &&
      isEqual((one as Record<string, unknown>)[name], (other as Record<string, unknown>)[name]),
  );
}
