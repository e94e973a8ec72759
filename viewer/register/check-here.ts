import { checkOne } from '../../shared/checks/check.ts';
import { type CheckRegion, checkContext, checkRegion, type OtherParcel } from '../../shared/checks/context.ts';
import { readRings } from '../../shared/geometry/rings.ts';
import { DEFAULT_CHECK_LIMITS } from '../../shared/parcel-check.ts';
import type { CheckAnswer, CheckRequest, ParcelVersion, RegisterRegion } from '../../shared/register.ts';

interface Known {
  readonly regions: readonly RegisterRegion[];
  readonly parcels: Iterable<ParcelVersion>;
  readonly limits?: typeof DEFAULT_CHECK_LIMITS;
  /** UTC day. */
  readonly today: string;
}

const prepared = new WeakMap<RegisterRegion, CheckRegion | null>();
const rings = new WeakMap<ParcelVersion, readonly Float64Array[] | null>();

/**
 * The check that the server makes, on this device: the same rules against the regions and parcels that are known here.
 * What only the server knows (parcels of other twins, eligibility) is left out.
 */
export async function checkHere(request: CheckRequest, known: Known): Promise<CheckAnswer> {
  const { id, geometry, attributes, regionId } = request;
  const own = known.regions.filter((region) => region.id === regionId);
  const context = checkContext({
    limits: known.limits ?? DEFAULT_CHECK_LIMITS,
    regions: own.map(regionOf).filter((region) => region !== null),
    others: [...known.parcels]
      .filter((parcel) => parcel.id !== id)
      .flatMap((parcel) => otherOf(parcel, known, regionId)),
    today: known.today,
  });
  const candidate = { index: 0, id: id ?? '', geometry, attributes, place: '', findings: [] };
  return { parcel: await checkOne(candidate, context), eligibility: null };
}

function regionOf(region: RegisterRegion): CheckRegion | null {
  let found = prepared.get(region);
  if (found === undefined) {
    const outline = region.boundary === null ? null : readRings(region.boundary).value;
    found = outline ? checkRegion({ id: region.id, name: region.name, rings: outline }) : null;
    prepared.set(region, found);
  }
  return found;
}

function otherOf(parcel: ParcelVersion, { regions }: Known, regionId: string): OtherParcel[] {
  let found = rings.get(parcel);
  if (found === undefined) {
    found = readRings(parcel.geometry).value ?? null;
    rings.set(parcel, found);
  }
  if (found === null) return [];
  const isOwn = parcel.regionId === regionId;
  const regionName = isOwn ? '' : (regions.find(({ id }) => id === parcel.regionId)?.name ?? parcel.regionId);
  return [{ id: parcel.id, regionId: parcel.regionId, regionName, version: parcel.version, rings: found }];
}
