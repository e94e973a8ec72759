import { useState } from 'react';
import { keepChoice, readChoice } from './storage.ts';

/** Width of a column, kept for the next visit. */
export function useWidth(
  key: 'left-width' | 'right-width',
  { minPx, maxPx, usualPx }: { minPx: number; maxPx: number; usualPx: number },
): [number, (widthPx: number) => void] {
  const [widthPx, setWidthPx] = useState(() => {
    const stored = Number(readChoice(key));
    return stored >= minPx && stored <= maxPx ? stored : usualPx;
  });
  const change = (px: number) => {
    setWidthPx(px);
    keepChoice(key, String(px));
  };
  return [widthPx, change];
}
