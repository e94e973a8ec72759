import { signedAreaOfRings } from '../geometry/signed-area.ts';
import type { CheckFinding, CheckLimits } from '../parcel-check.ts';
import { findingOf } from './finding.ts';
import { SLIVER_WIDTH_M, SPIKE_SHARE_PCT } from './limits.ts';
import { propose } from './mending.ts';
import type { Polygons } from './read-outline.ts';
import { findSliverHoles, findSliverParts, meanWidthM, type Slivers } from './slivers.ts';
import { cutSpikes, findSpikes } from './spikes.ts';
import { narrowWidthM } from './width.ts';

/** Valid ground and its true area; `haBefore` is null where the parcel as given cannot be measured. */
export interface Ground {
  readonly polygons: Polygons;
  readonly ha: number;
  readonly haBefore: number | null;
}

/** Size and shape of valid ground: too small, too large, slivers, narrower than a pixel. */
export async function checkGround(ground: Ground, limits: CheckLimits): Promise<readonly CheckFinding[]> {
  return [...checkSize(ground, limits), ...(await checkSlivers(ground)), ...checkWidth(ground, limits)];
}

/**
 * Corners that are spikes, of tidy polygons whether valid or not. Nothing is proposed where cutting them would change
 * more than a tenth of the area: then the corner is the parcel's shape.
 */
export async function checkSpikes(
  polygons: Polygons,
  haBefore: number | null,
  limits: CheckLimits,
): Promise<readonly CheckFinding[]> {
  const spikes = findSpikes(polygons, limits);
  const [sharpest] = spikes;
  if (sharpest === undefined) return [];
  const { place, angleDeg, lengthM } = sharpest;
  const cut = cutSpikes(polygons, limits);
  const proposal = cut && isSmallCut(polygons, cut) ? await propose('cut-spike', cut, haBefore) : null;
  return [findingOf('spike', { count: spikes.length, angleDeg, lengthM }, { place, proposal })];
}

function isSmallCut(before: Polygons, after: Polygons): boolean {
  const [a, b] = [before, after].map((polygons) => Math.abs(signedAreaOfRings(polygons.flat())));
  return Math.abs(a! - b!) * 100 <= SPIKE_SHARE_PCT * a!;
}

function checkSize({ polygons, ha }: Ground, { smallestHa, largestHa }: CheckLimits): readonly CheckFinding[] {
  const first = polygons[0]![0]!;
  const place = [first[0]!, first[1]!] as const;
  if (ha < smallestHa) return [findingOf('too-small', { parcelHa: ha, limitHa: smallestHa }, { place })];
  if (ha > largestHa) return [findingOf('too-large', { parcelHa: ha, limitHa: largestHa }, { place })];
  return [];
}

async function checkSlivers({ polygons, haBefore }: Ground): Promise<readonly CheckFinding[]> {
  const limitM = SLIVER_WIDTH_M;
  const values = ({ count, widthM }: Slivers) => ({ count, widthM, limitM });
  const findings: CheckFinding[] = [];
  const parts = findSliverParts(polygons);
  if (parts !== null) {
    const proposal = await propose('drop-part', parts.without, haBefore);
    findings.push(findingOf('sliver-part', values(parts), { place: parts.place, proposal }));
  }
  const holes = findSliverHoles(polygons);
  if (holes !== null) {
    const proposal = await propose('fill-hole', holes.without, haBefore);
    findings.push(findingOf('sliver-hole', values(holes), { place: holes.place, proposal }));
  }
  const widthM = Math.max(...polygons.map(meanWidthM));
  if (widthM < limitM) findings.push(findingOf('sliver', { widthM, limitM }));
  return findings;
}

function checkWidth({ polygons }: Ground, { pixelM }: CheckLimits): readonly CheckFinding[] {
  const widthM = narrowWidthM(polygons, pixelM);
  return widthM === null ? [] : [findingOf('narrower-than-pixel', { widthM, pixelM })];
}
