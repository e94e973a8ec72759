import type { CheckedParcel } from '../../shared/parcel-check.ts';

/** The parcel that a refusal with `E_DRAFT_USED` says a draft became; null where it names none. */
export function registeredAs(refused: readonly CheckedParcel[]): string | null {
  const ids = refused.flatMap(({ findings }) =>
    findings.map(({ rule, values }) => (rule === 'draft-used' ? values.parcelId : undefined)),
  );
  return ids.find((id) => typeof id === 'string') ?? null;
}
