import { create } from 'zustand';
import type { RegionInfo, TwinInfo } from '../../shared/api.ts';
import { type Outline, prepareRegion } from '../../shared/geometry/outline.ts';
import { readRings } from '../../shared/geometry/rings.ts';
import type { RegisterRegion } from '../../shared/register.ts';
import { useRegister } from '../register/register-store.ts';
import { contains, type Position, shapeOf } from './shape.ts';

/** Regions of the twin of these results, for where there is no register to ask. */
const useTwinRegions = create<{ readonly regions: readonly RegisterRegion[] }>()(() => ({ regions: [] }));

export function takeTwin(twin: TwinInfo | null): void {
  const of = (side: RegisterRegion['side'], all: readonly RegionInfo[] = []) =>
    all.map(({ id, name, boundary, measuredAreaHa, profile }): RegisterRegion => {
      return { id, name, side, boundary, measuredHa: measuredAreaHa, statedHa: profile.areaHa.value };
    });
  useTwinRegions.setState({ regions: [...of('sink', twin?.sinks), ...of('source', twin?.sources)] });
}

/** Regions that a parcel can belong to, the register's own where it has said them. */
export function regionsNow(): readonly RegisterRegion[] {
  return useRegister.getState().info?.regions ?? useTwinRegions.getState().regions;
}

export function useRegions(): readonly RegisterRegion[] {
  const ofTwin = useTwinRegions((state) => state.regions);
  return useRegister((state) => state.info?.regions) ?? ofTwin;
}

/** The region whose boundary a place lies in, else the one that is chosen in the register, else the first sink. */
export function regionAt(place: Position | null): string {
  const regions = regionsNow();
  const around = place && regions.find(({ boundary }) => boundary !== null && contains(shapeOf(boundary), place));
  const chosen = useRegister.getState().regionId;
  return (around ?? regions.find(({ id }) => id === chosen) ?? regions[0])?.id ?? 'region';
}

const outlines = new Map<RegisterRegion['boundary'], Outline | null>();

/** The region's boundary, made ready for many comparisons; null without one that can be measured. */
export function outlineOfRegion({ boundary }: RegisterRegion): Outline | null {
  if (boundary === null) return null;
  let outline = outlines.get(boundary);
  if (outline === undefined) {
    const rings = readRings(boundary).value;
    outline = rings ? prepareRegion(rings) : null;
    outlines.set(boundary, outline);
  }
  return outline;
}
