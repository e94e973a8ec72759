import { useState } from 'react';
import { keepChoice, readChoice } from './storage.ts';

export interface LeftColumn {
  readonly isOpen: boolean;
  toggle(): void;
}

/** Whether the parcel table stands beside the map; kept for the next visit. */
export function useLeftColumn(): LeftColumn {
  const [isOpen, setOpen] = useState(() => readChoice('left-closed') !== 'yes');
  const toggle = () => {
    keepChoice('left-closed', isOpen ? 'yes' : 'no');
    setOpen(!isOpen);
  };
  return { isOpen, toggle };
}
