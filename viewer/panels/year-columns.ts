import type { YearChange } from '../../shared/change.ts';

/** A class of a year with its hectares. */
export interface YearColumn {
  readonly name: 'loss' | 'lostBefore' | 'burnt' | 'regrown' | 'gain' | 'stable' | 'noData';
  /** null where it was not looked for: fires without short-wave infrared. */
  readonly ha: (year: YearChange) => number | null;
  /** What noise does to it; classes without are what is left over. */
  readonly se?: (year: YearChange) => number | null;
}

/** What happened first, what stayed as it was last. */
export const YEAR_COLUMNS: readonly YearColumn[] = [
  { name: 'loss', ha: (year) => year.lossHa, se: (year) => year.lossHaSe },
  { name: 'lostBefore', ha: (year) => year.lostBeforeHa },
  { name: 'burnt', ha: (year) => year.burntHa, se: (year) => year.burntHaSe },
  { name: 'regrown', ha: (year) => year.regrownHa, se: (year) => year.regrownHaSe },
  { name: 'gain', ha: (year) => year.gainHa, se: (year) => year.gainHaSe },
  { name: 'stable', ha: (year) => year.stableHa },
  { name: 'noData', ha: (year) => year.noDataHa },
];

/**
 * Columns with ground in some year; those that are empty in all; and those that no year was searched for, of which
 * nobody knows. The last two are named instead of shown.
 */
export function yearColumnsOf(years: readonly YearChange[]): {
  readonly shown: readonly YearColumn[];
  readonly empty: readonly YearColumn[];
  readonly notSought: readonly YearColumn[];
} {
  // Less than half of the last digit written is nothing.
  const isShown = ({ ha }: YearColumn) => years.some((year) => (ha(year) ?? 0) >= 0.005);
  const isSought = ({ ha }: YearColumn) => years.every((year) => ha(year) !== null);
  const hidden = YEAR_COLUMNS.filter((column) => !isShown(column));
  return {
    shown: YEAR_COLUMNS.filter(isShown),
    empty: hidden.filter(isSought),
    notSought: hidden.filter((column) => !isSought(column)),
  };
}
