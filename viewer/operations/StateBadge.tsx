import type { WorkState } from '../../shared/operations.ts';
import { useTranslate } from '../i18n/translate.ts';

/** A sign for each state, on a field of 16 × 16: told apart without colour. */
const SIGNS: Readonly<Record<WorkState, string>> = {
  running: 'M6 4.2v7.6L12 8 6 4.2Z',
  held: 'M6 4.5v7M10 4.5v7',
  merging: 'M8 3.5v6M5.2 7 8 9.8 10.8 7M4.5 12.5h7',
  finished: 'M4 8.4 6.9 11.2 12 5',
  failed: 'M5 5l6 6M11 5l-6 6',
  cancelled: 'M5 5h6v6H5z',
};

/** State of a run as a sign in its colour, and its word. */
export function StateBadge({ state }: { readonly state: WorkState }) {
  const t = useTranslate();
  return (
    <span className={`ops-state ops-state-${state}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={SIGNS[state]} />
      </svg>
      {t(`ops.state.${state}`)}
    </span>
  );
}
