import type { ReactNode } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import type { ParcelChange } from '../../shared/change.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { isGainBack } from './change-words.ts';
import { type ChartShows, useChartShows } from './chart-shows.ts';
import { formatDay, formatNumber } from './format.ts';
import { OutcomeSign } from './OutcomeMark.tsx';
import { eventKind } from './series-overlay.ts';
import { POINT_STATES, type PointState } from './series-states.ts';

/** Signs of a chart without a judgement. */
export function PlainLegend() {
  const t = useTranslate();
  return (
    <p className="panel-legend" aria-hidden="true">
      {(['ok', 'low_coverage'] as const).map((kind) => (
        <span key={kind}>
          <OutcomeSign kind={kind} /> {t(`time.kind.${kind}`)}
        </span>
      ))}
      <span>
        <svg aria-hidden="true" viewBox="0 0 12 12" className="panel-outcome-sign panel-legend-tick">
          <path d="M6 12V5" />
        </svg>{' '}
        {t('time.kind.no_data')}
      </span>
      <span>
        <SpreadSign /> p10–p90
      </span>
      <span>
        <MeanSign /> {t('parcel.meanSe')}
      </span>
    </p>
  );
}

function SpreadSign() {
  return (
    <svg aria-hidden="true" viewBox="0 0 12 12" className="panel-outcome-sign panel-legend-whisker">
      <path d="M6 1v10" />
    </svg>
  );
}

function MeanSign() {
  return (
    <svg aria-hidden="true" viewBox="0 0 18 12" className="panel-legend-mean">
      <path d="M0 2h18v8H0z" className="panel-legend-band" />
      <path d="M0 6h18" />
    </svg>
  );
}

/** The shapes of the states on a field of 12 × 12. */
const STATE_SHAPES: Readonly<Record<PointState, ReactNode>> = {
  used: <circle cx="6" cy="6" r="3.4" />,
  outlier: <path d="m2.5 2.5 7 7M9.5 2.5l-7 7" />,
  burnt: <path d="M6 1.5 10.5 10h-9z" />,
  not_used: <path d="m6 1.8 4.2 4.2L6 10.2 1.8 6z" />,
  masked: <circle cx="6" cy="6" r="3" />,
  no_data: <path d="M6 12V5" />,
};

export function StateSign({ state }: { readonly state: PointState }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 12 12" className={`panel-state-sign panel-state-${state}`}>
      {STATE_SHAPES[state]}
    </svg>
  );
}

/** Signs of the points of a judged series with how many there are; what does not occur is left out. */
export function JudgedLegend({ counts }: { readonly counts: Readonly<Record<PointState, number>> }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  return (
    <ul className="panel-legend">
      {POINT_STATES.filter((state) => counts[state] > 0).map((state) => (
        <li key={state}>
          <StateSign state={state} /> {t(`change.state.${state}`)}{' '}
          <span className="panel-count">{formatNumber(language, counts[state])}</span>
        </li>
      ))}
    </ul>
  );
}

/** The dates that the chart marks, in words. */
export function ChartEvents({ change }: { readonly change: ParcelChange | null }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const { dates } = useChartShows();
  if (!change || !dates) return null;
  const { after, before, detected, recoveredOn, finding } = change;
  const day = (text: string) => formatDay(language, text);
  const kind = eventKind(finding);
  if (after === null && detected === null && recoveredOn === null) return null;
  return (
    <ul className="panel-legend panel-chart-events" aria-label={t('change.chart.events')}>
      {after !== null && before !== null ? (
        <li>
          <svg aria-hidden="true" viewBox="0 0 12 12" className={`panel-event-sign panel-event-${kind}`}>
            <path d="M2.5 0v12M9.5 0v12" />
            <path d="M3 0h6v12H3z" className="panel-event-field" />
          </svg>{' '}
          {t(kind === 'burnt' ? 'change.chart.burnt' : 'change.chart.changed', {
            after: day(after),
            before: day(before),
          })}
        </li>
      ) : null}
      {detected !== null && kind !== 'burnt' ? (
        <li>
          <svg aria-hidden="true" viewBox="0 0 12 12" className={`panel-event-sign panel-event-${kind}`}>
            <path d="M6 0v12" strokeDasharray="3 2" />
          </svg>{' '}
          {t('change.chart.detected', { day: day(detected) })}
        </li>
      ) : null}
      {recoveredOn !== null ? (
        <li>
          <svg aria-hidden="true" viewBox="0 0 12 12" className="panel-event-sign panel-event-gain">
            <path d="M6 0v12" strokeDasharray="6 2 1.5 2" />
          </svg>{' '}
          {t(isGainBack(change) ? 'change.chart.back' : 'change.chart.recovered', { day: day(recoveredOn) })}
        </li>
      ) : null}
    </ul>
  );
}

type Toggle = keyof ChartShows | 'controls';

const TOGGLE_SIGNS: Readonly<Record<Toggle, ReactNode>> = {
  season: <MeanSign />,
  controls: (
    <svg aria-hidden="true" viewBox="0 0 18 12" className="panel-legend-mean panel-legend-control">
      <path d="M0 2h18v8H0z" className="panel-legend-band" />
      <path d="M0 6h18" strokeDasharray="5 2" />
    </svg>
  ),
  dates: (
    <svg aria-hidden="true" viewBox="0 0 12 12" className="panel-event-sign panel-event-loss">
      <path d="M2.5 0v12M9.5 0v12" />
    </svg>
  ),
  means: (
    <svg aria-hidden="true" viewBox="0 0 18 12" className="panel-legend-mean">
      <path d="M0 6h7M11 6h7" />
    </svg>
  ),
  spread: <SpreadSign />,
};

/** Parts of the chart that can be left out; control areas leave the map with it. */
export function ChartToggles({ hasControls, hasDates }: { readonly hasControls: boolean; readonly hasDates: boolean }) {
  const t = useTranslate();
  const shows = useChartShows();
  const showControls = useStore((state) => state.showControls);
  const toggles = (['season', 'controls', 'dates', 'means', 'spread'] as const).filter(
    (toggle) => (toggle !== 'controls' || hasControls) && (toggle !== 'dates' || hasDates),
  );
  const isOn = (toggle: Toggle) => (toggle === 'controls' ? showControls : shows[toggle]);
  const choose = (keys: Iterable<unknown>) => {
    const wanted = new Set(keys);
    const { set } = useStore.getState();
    if (hasControls) set({ showControls: wanted.has('controls') });
    useChartShows.setState((before) => ({
      season: wanted.has('season'),
      dates: hasDates ? wanted.has('dates') : before.dates,
      means: wanted.has('means'),
      spread: wanted.has('spread'),
    }));
  };
  return (
    <ToggleButtonGroup
      className="panel-chips panel-chart-toggles"
      aria-label={t('change.chart.toggle')}
      selectionMode="multiple"
      selectedKeys={toggles.filter(isOn)}
      onSelectionChange={choose}
    >
      {toggles.map((toggle) => (
        <ToggleButton key={toggle} id={toggle} className="panel-chip">
          {TOGGLE_SIGNS[toggle]}
          {t(`change.chart.${toggle}`)}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
