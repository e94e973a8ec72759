import { create } from 'zustand';
import type { GeoJsonGeometry } from '../../shared/api.ts';
import { INTERVENTIONS, type Intervention } from '../../shared/parcel-check.ts';
import type { LoadFailure } from '../panels/use-loaded.ts';
import { registerApi } from './register-api.ts';
import { failureOf } from './register-store.ts';

/** Land that `canopy suggest` found, as far as this page speaks of it. */
export interface Candidate {
  readonly id: string;
  readonly geometry: GeoJsonGeometry;
  /** From 1, the most promising first. */
  readonly rank: number;
  readonly ha: number | null;
  readonly intervention: Intervention | null;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Of the scenes that its file was made from, `2021-01-01/2025-12-31`; null where the file does not say. */
  readonly days: string | null;
}

interface SuggestionsState {
  readonly isShown: boolean;
  readonly isLoading: boolean;
  /** Null before they were asked for. */
  readonly candidates: readonly Candidate[] | null;
  readonly failure: LoadFailure | null;
  /** Id of the one that is looked at. */
  readonly chosen: string | null;
}

export const useSuggestions = create<SuggestionsState>()(() => ({
  isShown: false,
  isLoading: false,
  candidates: null,
  failure: null,
  chosen: null,
}));

export async function showSuggestions(isShown: boolean): Promise<void> {
  useSuggestions.setState({ isShown, chosen: null });
  if (!isShown || useSuggestions.getState().candidates !== null) return;
  useSuggestions.setState({ isLoading: true, failure: null });
  try {
    useSuggestions.setState({ candidates: readCandidates(await registerApi.suggestions()) });
  } catch (error) {
    useSuggestions.setState({ failure: failureOf(error), isShown: false });
  } finally {
    useSuggestions.setState({ isLoading: false });
  }
}

export function chooseCandidate(id: string | null): void {
  useSuggestions.setState({ chosen: id });
}

/** The candidates of a FeatureCollection, by rank; features without an area are left out. */
export function readCandidates(answer: unknown): readonly Candidate[] {
  const { features, suggestions } = (answer ?? {}) as {
    readonly features?: unknown;
    readonly suggestions?: { readonly days?: unknown } | null;
  };
  if (!Array.isArray(features)) return [];
  const days = typeof suggestions?.days === 'string' ? suggestions.days : null;
  return features
    .flatMap((feature, index) => readCandidate(feature, index, days))
    .sort((one, other) => one.rank - other.rank);
}

function readCandidate(feature: unknown, index: number, days: string | null): Candidate[] {
  const { geometry, properties, id } = feature as {
    readonly geometry?: GeoJsonGeometry;
    readonly properties?: Readonly<Record<string, unknown>>;
    readonly id?: unknown;
  };
  if (geometry?.type !== 'Polygon' && geometry?.type !== 'MultiPolygon') return [];
  const { rank, ha, intervention } = properties ?? {};
  return [
    {
      id: String(id ?? properties?.id ?? index),
      geometry,
      rank: typeof rank === 'number' ? rank : index + 1,
      ha: typeof ha === 'number' ? ha : null,
      intervention: INTERVENTIONS.find((one) => one === intervention) ?? null,
      properties: properties ?? {},
      days,
    },
  ];
}
