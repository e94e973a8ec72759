import type { RunInfo } from '../../shared/api.ts';
import { type Compare, FIRST_VIEW, useStore } from '../state.ts';
import { counterpartOf, fitView } from './first-view.ts';

/**
 * Starts, changes or ends a comparison. One of a layer with itself, or with a right side that nobody chose, becomes one
 * with the layer's other period.
 */
export function changeCompare(run: RunInfo, compare: Compare): void {
  const { left, right, compare: before, set } = useStore.getState();
  if (compare === 'off' && right !== left && right === counterpartOf(run, left)) {
    // Ends where it began: with the later of the two periods.
    set({ compare, left: left.endsWith('-baseline') ? right : left });
    return;
  }
  const other = counterpartOf(run, left);
  const isUnchosen = right === left || right === fitView(FIRST_VIEW, run).right;
  if (compare === 'off' || before !== 'off' || other === left || !isUnchosen) set({ compare });
  // The earlier period stands on the left.
  else set(isLater(left, other) ? { compare, left: other, right: left } : { compare, right: other });
}

/** Whether a layer is of the later of two periods or years. */
function isLater(id: string, other: string): boolean {
  return id.endsWith('-period') || (/-\d{4}$/.test(id) && id > other);
}

export function swapSides(): void {
  const { left, right, set } = useStore.getState();
  set({ left: right, right: left });
}
