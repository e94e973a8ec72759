import type { GeoJsonGeometry } from '../../shared/api.ts';
import type { Eligibility } from '../../shared/eligibility.ts';
import { inputError } from '../../shared/errors.ts';
import { measureAreaHa } from '../../shared/geometry/area.ts';
import { readRings } from '../../shared/geometry/rings.ts';
import { findGeometryFault } from '../../shared/geometry/validity.ts';
import type { Intervention } from '../../shared/parcel-check.ts';
import type { LayerFacts } from '../eligibility/figures.ts';
import { judgeParcel } from '../eligibility/rules.ts';
import { ELIGIBILITY_SETTINGS, type EligibilitySettings } from '../eligibility/settings.ts';
import { type LayerPlaces, type LayerRole, type OpenLayer, openLayers } from './eligibility-layers.ts';
import { measureSite } from './eligibility-measure.ts';
import { type CoverLegend, legendOf } from './eligibility-values.ts';

export interface EligibilityPlaces extends LayerPlaces {
  readonly settings?: EligibilitySettings;
}

/** One parcel that is asked about. */
export interface EligibilityRequest {
  /** Polygon or MultiPolygon, lon/lat on WGS 84. */
  readonly geometry: GeoJsonGeometry;
  /** null: not said yet. */
  readonly intervention: Intervention | null;
  /** What a reviewer wrote about this parcel; null or blank: nothing. */
  readonly note: string | null;
  /** UTC day on which the work begins; null: not said. */
  readonly startDate: string | null;
}

export interface EligibilityLayer extends LayerFacts {
  readonly role: LayerRole;
  readonly path: string;
}

export interface OpenEligibility {
  readonly layers: readonly EligibilityLayer[];
  /** What was taken for granted or left aside about the layers, one sentence each. */
  readonly notes: readonly string[];
  /**
   * Measures and judges one parcel; calls may overlap. Reads happen in between, window by window, so that a server stays
   * responsive. Errors (input): a geometry that is no valid area (the code says why), and those of a layer's file.
   */
  assess(request: EligibilityRequest): Promise<Eligibility>;
  close(): Promise<void>;
}

/**
 * Opens the layers that eligibility rests on and keeps them open until `close`.
 * Errors (input): those of `openLayers`, and `E_LAYERS_CLASSES` for a land cover without class names.
 */
export async function openEligibility(places: EligibilityPlaces): Promise<OpenEligibility> {
  const { layers, spareCover, notes, close } = await openLayers(places);
  const all = [...[...layers.values()].flat(), ...spareCover];
  const legends = new Map<OpenLayer, CoverLegend>();
  try {
    for (const layer of layers.get('land-cover') ?? []) legends.set(layer, legendOf(layer));
  } catch (error) {
    await close();
    throw error;
  }
  const strange = [...legends].flatMap(([{ path }, { unknown }]) =>
    unknown.map((name) => `The class "${name}" of ${path} means nothing here: its ground counts as not known.`),
  );
  const settings = places.settings ?? ELIGIBILITY_SETTINGS;
  return {
    layers: all.map(({ role, path, facts }) => ({ role, path, ...facts })),
    notes: [...notes, ...strange],
    assess: async ({ geometry, intervention, note, startDate }) => {
      const rings = await ringsOf(geometry);
      const site = { rings, parcelHa: measureAreaHa(rings) };
      const figures = await measureSite(site, { layers, spareCover, legends }, settings);
      return judgeParcel(figures, { intervention, note, startDate }, settings);
    },
    close,
  };
}

async function ringsOf(geometry: GeoJsonGeometry): Promise<readonly Float64Array[]> {
  const read = readRings(geometry);
  const fault = read.fault ?? (await findGeometryFault(read.value));
  if (read.fault || fault) throw inputError(fault!.code, `The parcel ${fault!.text}`);
  return read.value;
}
