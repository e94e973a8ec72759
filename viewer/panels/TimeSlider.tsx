import './panels.css';
import './time.css';
import { useMemo } from 'react';
import type { RunInfo, SeriesPoint } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { chooseAcquisition, useStore } from '../state.ts';
import { useSeries } from './parcel-data.ts';
import { TimeControls } from './TimeControls.tsx';
import { TimeSentence } from './TimeSentence.tsx';
import { TimeTrack } from './TimeTrack.tsx';
import { nextStop, ticksOf } from './timeline.ts';
import { usePlayback } from './use-playback.ts';

/** All acquisitions on a line of time: which were clear, which one is chosen, and why another is not. */
export default function TimeSlider({ run }: { readonly run: RunInfo }) {
  const t = useTranslate();
  const chosen = useStore((state) => state.acquisition);
  const points = useOpenPoints(run);
  const ticks = useMemo(() => ticksOf(run.acquisitions, points), [run, points]);
  const stops = useMemo(() => ticks.map(({ index, kind }) => ({ index, isClear: kind === 'ok' })), [ticks]);
  usePlayback(() => {
    const from = useStore.getState().acquisition;
    const next = nextStop(stops, from, { direction: 1, isClear: true });
    const again = next ?? nextStop(stops, null, { direction: 1, isClear: true });
    if (again !== null) chooseAcquisition(again);
  });
  if (ticks.length === 0) return <p className="panel-empty">{t('time.empty')}</p>;
  const known = chosen !== null && chosen < ticks.length ? chosen : null;
  return (
    <div className="panel-time-room">
      <div className="panel-time">
        <TimeControls run={run} stops={stops} chosen={known} />
        <TimeSentence run={run} points={points} chosen={known} />
        <TimeTrack run={run} ticks={ticks} stops={stops} chosen={known} points={points} />
      </div>
    </div>
  );
}

/** Observations of the open parcel once they are here; null without one. */
function useOpenPoints(run: RunInfo): readonly SeriesPoint[] | null {
  const parcel = useStore((state) => state.parcel);
  const { data } = useSeries(run, parcel);
  return data !== null && data.parcelId === parcel ? data.points : null;
}
