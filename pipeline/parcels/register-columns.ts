/** What the names of columns begin with that an export adds beside what was said about a parcel. */
const OURS = 'canopy_';
const PARCEL_HA = 'parcel_ha';

/** Whether a row comes from an export of ours, whole or with names cut by a format. */
export function isRegisterExport(properties: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(properties).some((name) => name.startsWith(OURS));
}

/**
 * Whether a column of such a row says what the register knows itself, such as the version or the measured area: in an
 * import it is no attribute.
 */
export function isRegisterColumn(name: string): boolean {
  return name.startsWith(OURS) || name === PARCEL_HA;
}
