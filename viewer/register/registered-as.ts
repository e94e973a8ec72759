/** The parcel that a refusal with `E_DRAFT_USED` says a draft became; null where it names none. */
export function registeredAs(message: string): string | null {
  return /registered as parcel "([^"]+)"/.exec(message)?.[1] ?? null;
}
