import type { Period } from '../../shared/result.ts';
import type { Endpoints } from '../raster/treecover.ts';
import type { SuggestSettings } from '../suggest/settings.ts';
import type { LayerPlaces } from './eligibility-layers.ts';

/** What `canopy suggest` was asked for. */
export interface SuggestRequest {
  /** Absolute path of the boundary, and what the region is called. */
  readonly region: { readonly path: string; readonly name: string };
  /** Absolute path or URL. */
  readonly catalog: string;
  readonly collections: readonly string[] | null;
  /** Days whose scenes are used. */
  readonly years: Period;
  readonly seasonMonths: readonly number[] | null;
  readonly keepScl: readonly number[];
  readonly dilateM: number;
  readonly harmonise: boolean;
  readonly endpoints: Endpoints;
  /** Clear observations in season that a year needs. */
  readonly minClear: number;
  /** Files of parcels whose ground is taken; absolute paths. */
  readonly parcels: readonly string[];
  /** Folder of a register whose parcels' ground is taken; absolute path; null: none. */
  readonly register: string | null;
  readonly layers: LayerPlaces;
  readonly settings: SuggestSettings;
  /** Absolute path. */
  readonly out: string;
  readonly workers: number;
  readonly allowHosts: readonly string[];
}
