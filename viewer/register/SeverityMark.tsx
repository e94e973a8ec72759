import type { CheckSeverity } from '../../shared/parcel-check.ts';

/** A sign for each severity, on a field of 16 × 16: told apart by shape, then by colour. */
const SIGNS: Readonly<Record<CheckSeverity, string>> = {
  error: 'M8 1.8 14.2 8 8 14.2 1.8 8ZM8 5v3.6M8 10.8v.1',
  warning: 'M8 2.2 14.6 13.6H1.4ZM8 6.4v3.4M8 11.6v.1',
  note: 'M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM8 7.4v3.4M8 5v.1',
};

export function SeverityMark({ severity }: { readonly severity: CheckSeverity }) {
  return (
    <svg className={`reg-mark reg-mark-${severity}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={SIGNS[severity]} />
    </svg>
  );
}
