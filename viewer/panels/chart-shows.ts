import { create } from 'zustand';

/** Parts of the chart that can be left out; control areas follow the view, for the map shows them too. */
export interface ChartShows {
  readonly season: boolean;
  readonly dates: boolean;
  readonly means: boolean;
  readonly spread: boolean;
}

/** Kept from parcel to parcel. What a season says better is left out at first. */
export const useChartShows = create<ChartShows>()(() => ({ season: true, dates: true, means: false, spread: false }));

/** Where nothing was judged there is nothing to choose. */
export const PLAIN_CHART: ChartShows = { season: false, dates: false, means: true, spread: true };
