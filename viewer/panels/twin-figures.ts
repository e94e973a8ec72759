import type { ProfileFigure, ProfileName, RegionInfo } from '../../shared/api.ts';

/** Sums of stated figures over the regions of one side; regions are added up, rates are not. */
export function totalEmissionsT({ profile }: Pick<RegionInfo, 'profile'>): number {
  return profile.population.value * profile.emissionsPerPersonT.value;
}

export interface FigureSpec {
  readonly name: ProfileName | 'totalEmissionsT';
  readonly digits: number;
  readonly unit: 'persons' | 'tonnesPerPerson' | 'tonnes' | 'ha' | 'usd' | 'mm' | 'celsius';
  /** Whether lengths of bars mean something: true for amounts from 0, false for a temperature. */
  readonly hasBar: boolean;
}

/** In the order shown. */
export const TWIN_FIGURES: readonly FigureSpec[] = [
  { name: 'population', digits: 0, unit: 'persons', hasBar: true },
  { name: 'emissionsPerPersonT', digits: 1, unit: 'tonnesPerPerson', hasBar: true },
  { name: 'totalEmissionsT', digits: 0, unit: 'tonnes', hasBar: true },
  { name: 'areaHa', digits: 0, unit: 'ha', hasBar: true },
  { name: 'gdpPerCapitaUsd', digits: 0, unit: 'usd', hasBar: true },
  { name: 'rainfallMm', digits: 0, unit: 'mm', hasBar: true },
  { name: 'temperatureC', digits: 0, unit: 'celsius', hasBar: false },
];

/** A figure of a region; the total of emissions has no source of its own, it is computed here. */
export function figureOf(
  region: RegionInfo,
  name: FigureSpec['name'],
): { value: number; stated: ProfileFigure | null } {
  if (name === 'totalEmissionsT') return { value: totalEmissionsT(region), stated: null };
  const stated = region.profile[name];
  return { value: stated.value, stated };
}

/** The largest value of a figure among all regions: what bars are measured against. */
export function largestOf(regions: readonly RegionInfo[], name: FigureSpec['name']): number {
  return Math.max(...regions.map((region) => figureOf(region, name).value));
}

/** Decimals that a stated figure has, none of them lost: 0.45 t stays 0.45. */
export function digitsOf(value: number, least: number): number {
  const decimals = String(value).split('.')[1]?.length ?? 0;
  return Math.min(4, Math.max(least, decimals));
}

/** The source that all stated figures of a region name, so that it need be said only once; null where they differ. */
export function sharedSourceOf({ profile }: Pick<RegionInfo, 'profile'>): string | null {
  const sources = new Set(Object.values(profile).map((figure) => figure.source));
  return sources.size === 1 ? [...sources][0]! : null;
}
