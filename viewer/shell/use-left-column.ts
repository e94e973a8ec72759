import { useLayoutEffect } from 'react';
import { create } from 'zustand';
import type { PhoneTab } from './PhoneTabs.tsx';
import { keepChoice, readChoice } from './storage.ts';

export interface LeftColumn {
  readonly isOpen: boolean;
  toggle(): void;
}

/** Beside the map: the left column of a desk, and the sheet of a phone. */
const useColumns = create<{ readonly isOpen: boolean; readonly tab: PhoneTab }>()(() => ({
  isOpen: readChoice('left-closed') !== 'yes',
  tab: 'map',
}));

function toggle(): void {
  const { isOpen } = useColumns.getState();
  keepChoice('left-closed', isOpen ? 'yes' : 'no');
  useColumns.setState({ isOpen: !isOpen });
}

/** Opens it because there is something to see in it, on a phone its sheet; for the next visit the person's choice stays. */
export function openLeftColumn(): void {
  useColumns.setState({ isOpen: true, tab: 'parcels' });
}

/** Whether the parcel table stands beside the map; kept for the next visit. */
export function useLeftColumn(): LeftColumn {
  const isOpen = useColumns((columns) => columns.isOpen);
  return { isOpen, toggle };
}

function setTab(tab: PhoneTab): void {
  useColumns.setState({ tab });
}

/** On a phone one sheet is open at a time; choosing a parcel opens its sheet. */
export function usePhoneTab(parcel: string | null): [PhoneTab, (tab: PhoneTab) => void] {
  const tab = useColumns((columns) => columns.tab);
  useLayoutEffect(() => {
    if (parcel !== null) setTab('parcel');
    else if (useColumns.getState().tab === 'parcel') setTab('map');
  }, [parcel]);
  return [tab, setTab];
}
