import type { RunInfo } from '../../shared/api.ts';
import { type Compare, useStore } from '../state.ts';
import { counterpartOf } from './first-view.ts';

/** Starts, changes or ends a comparison; one of a layer with itself becomes one with the other period. */
export function changeCompare(run: RunInfo, compare: Compare): void {
  const { left, right, compare: before, set } = useStore.getState();
  if (compare === 'off' && right !== left && right === counterpartOf(run, left)) {
    // Ends where it began: with the later of the two periods.
    set({ compare, left: left.endsWith('-baseline') ? right : left });
    return;
  }
  const other = before === 'off' && compare !== 'off' && left === right ? counterpartOf(run, left) : null;
  if (other === null) set({ compare });
  // The earlier period stands on the left.
  else set(left.endsWith('-period') ? { compare, left: other } : { compare, right: other });
}

export function swapSides(): void {
  const { left, right, set } = useStore.getState();
  set({ left: right, right: left });
}
