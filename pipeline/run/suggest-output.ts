import { groupRings } from '../../shared/geometry/rings.ts';
import type { BarredReason, LandState } from '../suggest/find-land.ts';
import type { Potential } from '../suggest/potential.ts';
import type { SegmentFigures } from '../suggest/segment-figures.ts';
import type { EligibilityLayer } from './eligibility.ts';
import type { SuggestRequest } from './suggest-request.ts';

export const SCREENING = 'screening, not a survey';

/** One suggested parcel. */
export interface Suggestion {
  /** lon/lat, exterior first. */
  readonly rings: readonly Float64Array[];
  readonly ha: number;
  readonly figures: SegmentFigures;
  readonly potential: Potential;
}

/** About a file of suggestions as a whole. */
export interface SuggestFacts {
  readonly request: SuggestRequest;
  readonly years: readonly number[];
  readonly scenes: readonly string[];
  readonly layers: readonly EligibilityLayer[];
  readonly attribution: readonly string[];
  readonly synthetic: boolean;
  /** Ground by what became of it, hectares. */
  readonly landHa: Readonly<Partial<Record<LandState, number>>>;
  readonly notes: readonly string[];
}

/** What land was kept out for, and what could not be asked for want of a layer. */
export function exclusionsOf({ layers }: Pick<SuggestFacts, 'layers'>): { applied: string[]; missing: string[] } {
  const roles = new Set(layers.map(({ role }) => role));
  const asked: readonly (readonly [string, boolean])[] = [
    ['water', roles.has('land-cover')],
    ['built-up', roles.has('land-cover')],
    ['cropland', roles.has('land-cover')],
    ['rock', roles.has('land-cover')],
    ['protected areas', roles.has('protected')],
    ['steep slopes', roles.has('dem')],
    ['cleared within ten years', roles.has('tree-cover-before')],
  ];
  const names = (isApplied: boolean) => asked.flatMap(([name, known]) => (known === isApplied ? [name] : []));
  return { applied: names(true), missing: names(false) };
}

/** The file: a FeatureCollection, the most promising parcel first. Equal inputs give equal bytes. */
export function formatSuggestions(suggestions: readonly Suggestion[], facts: SuggestFacts): string {
  const best = ({ potential }: Suggestion) => Math.max(potential.passive, potential.planting);
  const ordered = [...suggestions].sort((a, b) => best(b) - best(a));
  const rankBy = (of: (suggestion: Suggestion) => number) => {
    const places = [...ordered].sort((a, b) => of(b) - of(a));
    return new Map(places.map((suggestion, k) => [suggestion, k + 1]));
  };
  const ranks = {
    passive: rankBy(({ potential }) => potential.passive),
    planting: rankBy(({ potential }) => potential.planting),
  };
  const features = ordered.map((suggestion, k) => ({
    type: 'Feature',
    id: `S-${String(k + 1).padStart(4, '0')}`,
    properties: propertiesOf(suggestion, facts, {
      rank: k + 1,
      passive: ranks.passive.get(suggestion)!,
      planting: ranks.planting.get(suggestion)!,
    }),
    geometry: { type: 'Polygon', coordinates: groupRings(suggestion.rings)[0]! },
  }));
  const head = { type: 'FeatureCollection', name: 'suggestions', suggestions: describe(facts) };
  const lines = features.map((feature) => JSON.stringify(feature)).join(',\n');
  return `${JSON.stringify(head).slice(0, -1)},"features":[\n${lines}\n]}\n`;
}

function propertiesOf(
  { ha, figures, potential }: Suggestion,
  facts: SuggestFacts,
  rank: { readonly rank: number; readonly passive: number; readonly planting: number },
): Record<string, string | number | boolean | null> {
  const { applied, missing } = exclusionsOf(facts);
  const round = (value: number | null, digits: number) => (value === null ? null : Number(value.toFixed(digits)));
  const years = Object.fromEntries(
    facts.years.map((year, y) => {
      const cover = figures.coverPct[y]!;
      return [`tree_cover_${year}_pct`, Number.isFinite(cover) ? round(cover, 1) : null];
    }),
  );
  const savannaHa = figures.savannaShare === null ? null : figures.savannaShare * ha;
  const { parts } = potential;
  return {
    id: `S-${String(rank.rank).padStart(4, '0')}`,
    name: `Suggestion ${rank.rank}`,
    label: SCREENING,
    intervention: interventionOf(figures, potential),
    rank: rank.rank,
    rank_passive: rank.passive,
    rank_planting: rank.planting,
    potential_passive: round(potential.passive, 3),
    potential_planting: round(potential.planting, 3),
    part_closeness: round(parts.closeness, 3),
    part_regrowth: round(parts.regrowth, 3),
    part_cover: round(parts.cover, 3),
    part_openness: round(parts.openness, 3),
    part_remoteness: round(parts.remoteness, 3),
    part_flatness: round(parts.flatness, 3),
    part_compactness: round(parts.compactness, 3),
    ha: round(ha, 4),
    tree_cover_pct: round(figures.medianCoverPct, 1),
    ...years,
    regrowth_pct_per_year: round(figures.regrowthPctPerYear, 2),
    distance_to_trees_m: round(figures.treesM, 0),
    slope_pct: round(figures.slopePct, 1),
    natural_savanna_ha: round(savannaHa, 4),
    years: facts.years.length,
    scenes: facts.scenes.length,
    exclusions: applied.join(', ') || 'none',
    exclusions_not_known: missing.join(', ') || 'none',
    synthetic: facts.synthetic,
    attribution: facts.attribution.join('; '),
  };
}

/** Share of natural savanna from which planting waits for a reviewer, as in eligibility. */
const SAVANNA_SHARE = 0.1;

/** What the figures speak for; on natural savanna never planting, which a reviewer has to agree to. */
function interventionOf({ savannaShare }: SegmentFigures, { passive, planting }: Potential): string {
  if (passive >= planting) return 'natural-regeneration';
  return (savannaShare ?? 0) > SAVANNA_SHARE ? 'assisted-natural-regeneration' : 'planting';
}

function describe({ request, years, scenes, layers, attribution, synthetic, landHa, notes }: SuggestFacts): object {
  const { settings, region, seasonMonths, minClear, endpoints, years: days } = request;
  const round = (ha: number | undefined) => Number((ha ?? 0).toFixed(2));
  return {
    label: SCREENING,
    synthetic,
    attribution,
    region: region.name,
    days: `${days.start}/${days.end}`,
    seasonMonths,
    years,
    settings: { ...settings, minClear, ...endpoints },
    landHa: Object.fromEntries(Object.entries(landHa).map(([name, ha]) => [name, round(ha)])),
    exclusions: exclusionsOf({ layers }),
    layers: layers.map(({ role, layer, date, attribution: source }) => ({ role, layer, date, attribution: source })),
    scenes,
    notes,
  };
}

/** Reasons in the order in which a sentence names them. */
export const TOLD_REASONS: readonly (LandState &
  (BarredReason | 'cleared' | 'wooded' | 'too-small' | 'not-lasting' | 'unknown'))[] = [
  'wooded',
  'not-lasting',
  'cropland',
  'built-up',
  'water',
  'rock',
  'protected',
  'steep',
  'cleared',
  'parcel',
  'too-small',
  'unknown',
];
