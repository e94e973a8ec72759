import './panels.css';
import './parcel.css';
import './parcel-dates.css';
import './change.css';
import { type KeyboardEvent, lazy, Suspense, useEffect, useRef } from 'react';
import type { ParcelChangeInfo, ParcelDetail, ParcelRow, RunInfo, SeriesPoint } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { ChangeControls } from './ChangeControls.tsx';
import { ChangeFacts } from './ChangeFacts.tsx';
import { ChangeMonths } from './ChangeMonths.tsx';
import { ChangeNotJudged, ChangeSummary } from './ChangeSummary.tsx';
import { ChangeYears } from './ChangeYears.tsx';
import { ChosenDate } from './ChosenDate.tsx';
import { ClassAreas, FiguresTable } from './Figures.tsx';
import { Filmstrip } from './Filmstrip.tsx';
import { FindingText } from './FindingText.tsx';
import { Fold } from './Fold.tsx';
import { FailureNotice } from './Notice.tsx';
import { ObservationTable } from './ObservationTable.tsx';
import { closeParcel, ParcelHeader } from './ParcelHeader.tsx';
import { useOpenParcel, useParcelChange, useSeries } from './parcel-data.ts';
import { ScenesBehind } from './ScenesBehind.tsx';

const SeriesChart = lazy(() => import('./SeriesChart.tsx'));

/** Everything about the open parcel; nothing while none is open. */
export default function ParcelPanel({ run }: { readonly run: RunInfo }) {
  const t = useTranslate();
  const parcelId = useStore((state) => state.parcel);
  const { data: detail, isLoading, failure, retry } = useOpenParcel(run);
  if (parcelId === null) return null;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    closeParcel();
  };
  const isOther = detail?.parcel.parcelId !== parcelId;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes from anywhere inside; the close button does the same
    <div className="panel-parcel" onKeyDown={onKeyDown} aria-busy={isLoading}>
      {failure && isOther ? (
        <FailureNotice failure={failure} onRetry={retry} />
      ) : detail ? (
        <ParcelContent detail={detail} run={run} />
      ) : (
        <div className="panel-skeleton" role="status" aria-label={t('parcel.loading')}>
          <div className="panel-skeleton-row" />
          <div className="panel-skeleton-block" />
          <div className="panel-skeleton-block" />
        </div>
      )}
    </div>
  );
}

function ParcelContent({ detail, run }: { readonly detail: ParcelDetail; readonly run: RunInfo }) {
  const t = useTranslate();
  const { parcel } = detail;
  const heading = useRef<HTMLHeadingElement>(null);
  const series = useSeries(run, parcel.parcelId);
  useEffect(() => {
    // On a phone the list makes way for this panel, and with it the place of the keyboard.
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (isLost && navigator.userActivation?.hasBeenActive) heading.current?.focus();
  }, []);
  const points = series.data?.parcelId === parcel.parcelId ? series.data.points : null;
  const changes = useParcelChange(run, parcel.parcelId);
  const change = changes.data?.parcelId === parcel.parcelId ? changes.data : null;
  const isJudged = parcel.change?.finding != null;
  // A parcel without figures says why above; an old run says nothing.
  const notJudged = parcel.change?.reason ?? run.changeNote ?? (run.change ? parcel.reason : null);
  const chart = points ? (
    <SeriesPart parcel={parcel} points={points} run={run} change={change} />
  ) : series.failure ? (
    <FailureNotice failure={series.failure} onRetry={series.retry} />
  ) : (
    <div className="panel-skeleton-block" role="status" aria-label={t('parcel.loading')} />
  );
  const periods = (
    <>
      <FindingText parcel={parcel} run={run} />
      <FiguresTable parcel={parcel} run={run} />
      {parcel.coverChangePct === null ? null : <p className="panel-note">{t('parcel.coverError')}</p>}
      {parcel.outcome === 'ok' ? <ClassAreas parcel={parcel} /> : null}
    </>
  );
  return (
    <>
      <ParcelHeader detail={detail} heading={heading} />
      <div className="panel-body">
        {isJudged ? (
          <>
            <h3>{t('change.title')}</h3>
            <ChangeSummary change={parcel.change!} />
            {chart}
            <ChangeFacts change={parcel.change!} />
            {changes.failure ? (
              <FailureNotice failure={changes.failure} onRetry={changes.retry} />
            ) : change ? (
              <ChangeDetails parcel={parcel} info={change} run={run} />
            ) : (
              <div className="panel-skeleton-block" role="status" aria-label={t('parcel.loading')} />
            )}
            <h3 className="panel-part">{t('change.periods')}</h3>
            {periods}
          </>
        ) : (
          <>
            {periods}
            {notJudged === null ? null : (
              <>
                <h3>{t('change.title')}</h3>
                <ChangeNotJudged reason={notJudged} />
              </>
            )}
            {chart}
            {change ? <ChangeMonths months={change.months} /> : null}
          </>
        )}
        {points ? <EvidencePart parcelId={parcel.parcelId} points={points} run={run} /> : null}
        <Fold title={t('parcel.howToRead')}>
          {() => (
            <>
              <p className="panel-note">{t('parcel.note.screening')}</p>
              <p className="panel-note">{t('parcel.note.periods')}</p>
              <p className="panel-note">{t('parcel.note.interval')}</p>
            </>
          )}
        </Fold>
      </div>
    </>
  );
}

interface DetailsProps {
  readonly parcel: ParcelRow;
  readonly info: ParcelChangeInfo;
  readonly run: RunInfo;
}

function ChangeDetails({ parcel, info, run }: DetailsProps) {
  return (
    <>
      <ChangeYears years={info.years} />
      <ChangeControls change={parcel.change!} controls={info.controls} run={run} />
      <ChangeMonths months={info.months} />
    </>
  );
}

interface SeriesProps {
  readonly parcel: ParcelRow;
  readonly points: readonly SeriesPoint[];
  readonly run: RunInfo;
  readonly change: ParcelChangeInfo | null;
}

function SeriesPart({ parcel, points, run, change }: SeriesProps) {
  const t = useTranslate();
  if (points.length === 0) return <p className="panel-empty">{t('parcel.noObservations')}</p>;
  return (
    <>
      <Suspense fallback={<div className="panel-skeleton-block" />}>
        <SeriesChart points={points} run={run} parcel={parcel} change={change} />
      </Suspense>
      <Fold title={t('parcel.asTable', { count: points.length })}>
        {() => <ObservationTable points={points} run={run} series={change?.series ?? []} />}
      </Fold>
      <ChosenDate parcelId={parcel.parcelId} points={points} run={run} />
    </>
  );
}

/** What lies behind the figures: the clear dates in pictures, and the scenes that count. */
function EvidencePart({ parcelId, points, run }: { parcelId: string; points: readonly SeriesPoint[]; run: RunInfo }) {
  if (points.length === 0) return null;
  return (
    <>
      <Filmstrip parcelId={parcelId} points={points} run={run} />
      <ScenesBehind points={points} run={run} />
    </>
  );
}
