import type { ParcelVersion } from '../../shared/register.ts';

/** Parcels of a region whose name or id holds every word asked for, whatever the accents; by name, then id. */
export function findParcels(
  parcels: Iterable<ParcelVersion>,
  { regionId, text }: { readonly regionId: string | null; readonly text: string },
): ParcelVersion[] {
  const words = plain(text).split(/\s+/).filter(Boolean);
  const found = [...parcels].filter((parcel) => {
    if (regionId !== null && parcel.regionId !== regionId) return false;
    const where = plain(`${parcel.id} ${parcel.attributes.name ?? ''}`);
    return words.every((word) => where.includes(word));
  });
  const keys = new Map(found.map((parcel) => [parcel, plain(parcel.attributes.name ?? parcel.id)]));
  return found.sort((one, other) => compare(keys.get(one)!, keys.get(other)!) || compare(one.id, other.id));
}

/** `P-9` before `P-10`. */
const order = new Intl.Collator(undefined, { numeric: true });
const compare = order.compare.bind(order);

function plain(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
