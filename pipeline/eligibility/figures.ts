import type { CoverGroup } from './classes.ts';

/** A layer as evidence names it. */
export interface LayerFacts {
  readonly layer: string;
  /** UTC day, year or span of days that the layer speaks of; null where it does not say. */
  readonly date: string | null;
  readonly attribution: string;
}

/** Ground of a parcel that one layer puts under a rule, true hectares. */
export interface Amount {
  readonly ha: number;
  /** Ground that the layer says nothing of: beyond it, or without data. */
  readonly unknownHa: number;
}

/** What was measured on one parcel; null where no layer was given. */
export interface ParcelFigures {
  readonly parcelHa: number;
  /** Ground that was wooded then and is not now; `unknownHa`: one of the two layers says nothing. */
  readonly cleared: (Amount & { readonly before: LayerFacts; readonly now: LayerFacts }) | null;
  /** Layers of which one alone cannot tell of clearing. */
  readonly coverBefore: LayerFacts | null;
  readonly wooded: (Amount & LayerFacts) | null;
  readonly landCover:
    | ({ readonly groupHa: Readonly<Record<CoverGroup, number>>; readonly unknownHa: number } & LayerFacts)
    | null;
  readonly steep: (Amount & LayerFacts) | null;
  readonly protectedArea: (Amount & LayerFacts) | null;
}
