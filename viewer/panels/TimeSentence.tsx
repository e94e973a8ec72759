import type { AcquisitionInfo, RunInfo, SeriesPoint } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { formatDay, formatPlatform } from './format.ts';
import { OutcomeMark } from './OutcomeMark.tsx';
import { ReasonText } from './ReasonText.tsx';

interface SentenceProps {
  readonly run: RunInfo;
  readonly points: readonly SeriesPoint[] | null;
  readonly chosen: number | null;
}

/** The chosen date in words: when, by what, whether it was clear, and why not. */
export function TimeSentence({ run, points, chosen }: SentenceProps) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const acquisition = chosen === null ? undefined : run.acquisitions[chosen];
  if (!acquisition) return <p className="panel-time-sentence panel-missing">{t('time.choose')}</p>;
  return (
    <p className="panel-time-sentence" aria-live="polite">
      <strong>{formatDay(language, acquisition.datetime)}</strong>
      <span className="panel-time-platform">{formatPlatform(acquisition.platform)}</span>
      {points ? (
        <PointState point={points.find((one) => one.acquisition === chosen)} />
      ) : (
        <span>{clearCount(acquisition, t)}</span>
      )}
      {acquisition.inSeason ? null : <span className="panel-missing">{t('time.outOfSeason')}</span>}
    </p>
  );
}

function PointState({ point }: { readonly point: SeriesPoint | undefined }) {
  return (
    <>
      <OutcomeMark kind={point?.outcome ?? 'not_seen'} />
      {point && point.reason !== '' ? (
        <span className="panel-time-reason">
          <ReasonText reason={point.reason} />
        </span>
      ) : null}
    </>
  );
}

function clearCount({ nOk, nLowCoverage, nNoData }: AcquisitionInfo, t: ReturnType<typeof useTranslate>): string {
  return t('time.clearParcels', { clear: nOk, total: nOk + nLowCoverage + nNoData });
}
