import { useEffect } from 'react';
import type { RunInfo } from '../../shared/api.ts';
import { api } from '../api.ts';
import { type Compare, chooseAcquisition, useStore } from '../state.ts';
import { changeCompare } from './compare.ts';
import type { DialogName } from './Header.tsx';
import { readChoice } from './storage.ts';

/** Single keys and what they do, in the order of the help; the words are `shell.key.<name>`. */
export const SHORTCUTS = [
  ['n', 'next'],
  ['p', 'previous'],
  ['/', 'search'],
  [',', 'earlier'],
  ['.', 'later'],
  ['s', 'swipe'],
  ['b', 'side'],
  ['f', 'flicker'],
  ['m', 'measure'],
  ['e', 'export'],
  ['?', 'help'],
] as const;

type ShortcutName = (typeof SHORTCUTS)[number][1];
const RESULT_KEYS: readonly ShortcutName[] = ['next', 'previous', 'search'];

/** Keys that act on the whole page, while no field, list or dialog wants them. */
export function useShortcuts(run: RunInfo | null, open: (dialog: DialogName) => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !run) return;
      if (wantsKeys(event.target)) return;
      if (event.key === 'Escape') return goBack();
      // WCAG 2.1.4: keys without a modifier can be switched off.
      if (readChoice('shortcuts') === 'off') return;
      const name = SHORTCUTS.find(([key]) => key === event.key)?.[1];
      if (name === undefined) return;
      // Stepping through results and searching them is not for where parcels are drawn.
      if (useStore.getState().page === 'delineate' && RESULT_KEYS.includes(name)) return;
      event.preventDefault();
      act(name, run, open);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [run, open]);
}

/** Whether the focus is where keys are text, or an open dialog or list has them. */
function wantsKeys(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const isText = target.isContentEditable || target.matches('input:not([type=range]), textarea, select');
  return isText || target.closest('[role=dialog], [role=listbox], [role=menu]') !== null;
}

/** One step back: from a tool, else from the open parcel. */
function goBack(): void {
  const { tool, page, parcel, set } = useStore.getState();
  if (tool !== 'none') set({ tool: 'none' });
  else if (parcel !== null && page !== 'delineate') set({ parcel: null });
}

function act(name: ShortcutName, run: RunInfo, open: (dialog: DialogName) => void): void {
  const { compare, tool, set } = useStore.getState();
  const toggleCompare = (wanted: Compare) => changeCompare(run, compare === wanted ? 'off' : wanted);
  const acts: Readonly<Record<ShortcutName, () => void>> = {
    next: () => stepParcel('nextId'),
    previous: () => stepParcel('previousId'),
    search: focusSearch,
    earlier: () => stepDate(run, -1),
    later: () => stepDate(run, 1),
    swipe: () => toggleCompare('swipe'),
    side: () => toggleCompare('side'),
    flicker: () => toggleCompare('flicker'),
    measure: () => set({ tool: tool === 'measure' ? 'none' : 'measure' }),
    export: () => open('export'),
    help: () => open('shortcuts'),
  };
  acts[name]();
}

let stepsUnderWay = Promise.resolve();

/** Quick presses are taken one after the other, each from the parcel where the one before it came out. */
function stepParcel(which: 'nextId' | 'previousId'): void {
  stepsUnderWay = stepsUnderWay.then(() => openNeighbour(which));
}

/** Opens the parcel after or before the open one in the table's order; with none open, the first of the table. */
async function openNeighbour(which: 'nextId' | 'previousId'): Promise<void> {
  const { parcel, query, set } = useStore.getState();
  try {
    const id =
      parcel === null
        ? (await api.parcels(query, { offset: 0, limit: 1 })).rows[0]?.parcelId
        : (await api.parcel(parcel, query))[which];
    if (id != null && useStore.getState().parcel === parcel) set({ parcel: id });
  } catch {
    // Without the server the open parcel stays; the banner says why.
  }
}

function stepDate(run: RunInfo, step: 1 | -1): void {
  const { acquisition } = useStore.getState();
  const last = run.acquisitions.length - 1;
  if (last < 0) return;
  chooseAcquisition(acquisition === null ? last : Math.min(last, Math.max(0, acquisition + step)));
}

function focusSearch(): void {
  document.querySelector<HTMLInputElement>('#parcels input')?.focus();
}
