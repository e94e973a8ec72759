import { shareInside } from '../geometry/overlap.ts';
import type { CheckFinding, CheckLimits, MendProposal } from '../parcel-check.ts';
import type { CheckRegion } from './context.ts';
import { findingOf, type Place } from './finding.ts';
import { propose } from './mending.ts';
import { swapAxes } from './range.ts';
import type { Polygons } from './read-outline.ts';
import { intersectPolygons } from './repair.ts';
import { tidyRings } from './tidy.ts';

/** The region that holds most of an area, and what share of it, percent; ties go to the first. */
function findRegion(
  polygons: Polygons,
  regions: readonly CheckRegion[],
): { readonly region: CheckRegion; readonly insidePct: number } {
  let best = { region: regions[0]!, insidePct: 0 };
  for (const region of regions) {
    const insidePct = 100 * (shareInside(polygons.flat(), region.boundary) ?? 0);
    if (insidePct > best.insidePct) best = { region, insidePct };
  }
  return best;
}

/** Whether a valid parcel lies in one of the regions as far as it has to, or would with its axes swapped. */
export async function checkRegions(
  polygons: Polygons,
  haBefore: number | null,
  { regions, limits }: { readonly regions: readonly CheckRegion[]; readonly limits: CheckLimits },
): Promise<readonly CheckFinding[]> {
  if (regions.length === 0) return [];
  const { region, insidePct } = findRegion(polygons, regions);
  if (insidePct === 100) return [];
  const first = polygons[0]![0]!;
  const place: Place = [first[0]!, first[1]!];
  if (insidePct === 0) {
    const swapped = await proposeSwap(polygons, haBefore, regions);
    if (swapped !== null) {
      const values = { lon: place[0], lat: place[1], region: swapped.region.name };
      return [findingOf('swapped-axes', values, { place, proposal: swapped.proposal })];
    }
  }
  const name = regions.length > 1 && insidePct === 0 ? regions.map((each) => each.name).join(', ') : region.name;
  const values = { region: name, insidePct, limitPct: limits.insideRegionPct };
  if (insidePct >= limits.insideRegionPct) return [findingOf('partly-outside-region', values, { place })];
  const inside = insidePct > 0 ? intersectPolygons(polygons, region.boundary.rings) : null;
  const proposal = inside && (await propose('cut-region', inside, haBefore));
  return [findingOf('outside-region', values, { place, proposal })];
}

async function proposeSwap(
  polygons: Polygons,
  haBefore: number | null,
  regions: readonly CheckRegion[],
): Promise<{ readonly region: CheckRegion; readonly proposal: MendProposal } | null> {
  const swapped = swapAxes(polygons);
  if (swapped.flat().some((ring) => ring.some((value, index) => index % 2 === 1 && Math.abs(value) > 90))) return null;
  const proposal = await propose('swap-axes', swapped, haBefore);
  if (proposal === null) return null;

  const { region, insidePct } = findRegion(tidyRings(swapped).polygons!, regions);
  return insidePct > 0 ? { region, proposal } : null;
}
