import type { ChangeInfo, ParcelChangeInfo, ParcelDetail, ParcelQuery, RunInfo, Series } from '../../shared/api.ts';
import { api } from '../api.ts';
import { useStore } from '../state.ts';
import { type Loaded, useLoaded } from './use-loaded.ts';

/** Answers kept: those of the parcels next to the open one, no more. */
const KEPT = 12;

/** One request for all who ask for the same; a failed one is forgotten, so that the next asks again. */
function shared<T>(): (key: string, load: () => Promise<T>) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (key, load) => {
    const known = answers.get(key);
    if (known) return known;
    const answer = load();
    answers.set(key, answer);
    answer.catch(() => answers.delete(key));
    if (answers.size > KEPT) answers.delete(answers.keys().next().value!);
    return answer;
  };
}

const shareSeries = shared<Series>();
const shareDetail = shared<ParcelDetail>();
const shareChange = shared<ParcelChangeInfo>();
const shareChangeInfo = shared<ChangeInfo>();

/** Observations of a parcel; null asks for none. */
export function useSeries(run: RunInfo, parcelId: string | null): Loaded<Series> {
  const key = parcelId === null ? null : `${run.version} ${parcelId}`;
  return useLoaded(key, () => shareSeries(key!, () => api.series(parcelId!)));
}

/** The open parcel and its neighbours in the list as it is sorted and filtered now. */
export function useOpenParcel(run: RunInfo): Loaded<ParcelDetail> {
  const parcelId = useStore((state) => state.parcel);
  const query: ParcelQuery = useStore((state) => state.query);
  const key = parcelId === null ? null : `${run.version} ${JSON.stringify(query)} ${parcelId}`;
  return useLoaded(key, () => shareDetail(key!, () => api.parcel(parcelId!, query)));
}

/** Change over time of a parcel; null asks for none, as does a run that did not look at it. */
export function useParcelChange(run: RunInfo, parcelId: string | null): Loaded<ParcelChangeInfo> {
  const key = parcelId === null || run.change === null ? null : `${run.version} ${parcelId}`;
  return useLoaded(key, () => shareChange(key!, () => api.parcelChange(parcelId!)));
}

/** How change over time was judged in the run. */
export function useChangeInfo(run: RunInfo): Loaded<ChangeInfo> {
  const key = run.change === null ? null : run.version;
  return useLoaded(key, () => shareChangeInfo(key!, () => api.change()));
}
