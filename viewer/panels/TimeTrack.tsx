import { type KeyboardEvent, memo, type PointerEvent, useMemo } from 'react';
import type { RunInfo, SeriesPoint } from '../../shared/api.ts';
import { translateReason } from '../i18n/reasons.ts';
import { useTranslate } from '../i18n/translate.ts';
import { chooseAcquisition, useStore } from '../state.ts';
import { formatDay, formatMark, formatPlatform } from './format.ts';
import {
  fractionOf,
  groupTicks,
  nearestTick,
  SLIDER_KEYS,
  type Stop,
  stopForKey,
  type Tick,
  type TickGroup,
  type TimeRange,
  timelineRange,
  timeMarks,
} from './timeline.ts';
import { useWidth } from './use-width.ts';

/** Height of the field in which ticks stand, and where in it their feet are. */
const FIELD_PX = 26;
const DAY_MS = 86_400_000;

interface TrackProps {
  readonly run: RunInfo;
  readonly ticks: readonly Tick[];
  readonly stops: readonly Stop[];
  readonly chosen: number | null;
  readonly points: readonly SeriesPoint[] | null;
}

/** The line of time as one slider: click, drag, arrows for every date, page keys for the clear ones. */
export function TimeTrack({ run, ticks, stops, chosen, points }: TrackProps) {
  const t = useTranslate();
  const { ref, widthPx } = useWidth<HTMLDivElement>();
  const range = useMemo(() => timelineRange(run), [run]);
  const words = useDateWords({ run, points });
  const go = (index: number | null) => {
    if (index === null || index === useStore.getState().acquisition) return;
    useStore.getState().set({ isPlaying: false });
    chooseAcquisition(index);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!SLIDER_KEYS.includes(event.key)) return;
    event.preventDefault();
    go(stopForKey(event.key, stops, chosen));
  };
  const onPointer = (event: PointerEvent<HTMLElement>) => {
    if (event.type === 'pointerdown') event.currentTarget.setPointerCapture(event.pointerId);
    else if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const box = event.currentTarget.getBoundingClientRect();
    go(nearestTick(ticks, range, (event.clientX - box.left) / box.width)?.index ?? null);
  };
  const at = chosen === null ? null : fractionOf(range, ticks[chosen]!.timeMs);
  return (
    <div
      className="panel-track"
      ref={ref}
      role="slider"
      tabIndex={0}
      aria-label={t('time.slider')}
      aria-orientation="horizontal"
      aria-valuemin={1}
      aria-valuemax={ticks.length}
      aria-valuenow={chosen === null ? 1 : chosen + 1}
      aria-valuetext={chosen === null ? t('time.none') : words(chosen)}
      onKeyDown={onKeyDown}
      onPointerDown={onPointer}
      onPointerMove={onPointer}
    >
      <PeriodBands run={run} range={range} />
      <TickField ticks={ticks} range={range} widthPx={widthPx} />
      <Axis range={range} widthPx={widthPx} />
      {at === null ? null : <span className="panel-thumb" style={{ left: `${at * 100}%` }} />}
    </div>
  );
}

function PeriodBands({ run, range }: { readonly run: RunInfo; readonly range: TimeRange }) {
  const t = useTranslate();
  const bands = [
    { name: 'baseline', word: t('parcel.baseline'), period: run.periods.baseline },
    { name: 'period', word: t('parcel.monitoring'), period: run.periods.period },
  ] as const;
  return bands.map(({ name, word, period }) => {
    const left = fractionOf(range, Date.parse(period.start));
    const right = fractionOf(range, Date.parse(period.end) + DAY_MS);
    return (
      <span
        key={name}
        className={`panel-band panel-band-${name}`}
        style={{ left: `${left * 100}%`, width: `${(right - left) * 100}%` }}
      >
        {word}
      </span>
    );
  });
}

interface FieldProps {
  readonly ticks: readonly Tick[];
  readonly range: TimeRange;
  readonly widthPx: number;
}

const TickField = memo(function TickField({ ticks, range, widthPx }: FieldProps) {
  const groups = useMemo(() => groupTicks(ticks, range, widthPx), [ticks, range, widthPx]);
  return (
    <svg className="panel-ticks" width={widthPx} height={FIELD_PX} aria-hidden="true">
      {groups.map((group) => (
        <TickShape key={group.ticks[0]!.index} group={group} />
      ))}
    </svg>
  );
});

/** Tall and filled: clear. Short and hollow: too little of it clear. Cross: no data. Dot: not seen. */
function TickShape({ group }: { readonly group: TickGroup }) {
  const { kind, clearShare } = group;
  // On half pixels the edges of a tick three pixels wide are sharp.
  const xPx = Math.round(group.xPx) + 0.5;
  const className = `panel-tick panel-tick-${kind}${group.ticks.some((tick) => tick.inSeason) ? '' : ' panel-faint'}`;
  if (kind === 'no_data') {
    return <path className={className} d={`M${xPx - 2} ${FIELD_PX - 5}l4 4m0-4l-4 4`} />;
  }
  if (kind === 'not_seen') return <circle className={className} cx={xPx} cy={FIELD_PX - 2} r={1} />;
  const heightPx = clearShare === null ? (kind === 'ok' ? 20 : 10) : Math.max(4, clearShare * 22);
  return <rect className={className} x={xPx - 1.5} y={FIELD_PX - heightPx} width={3} height={heightPx} rx={1} />;
}

function Axis({ range, widthPx }: { readonly range: TimeRange; readonly widthPx: number }) {
  const language = useStore((state) => state.language);
  return (
    <span className="panel-axis" aria-hidden="true">
      {timeMarks(range, widthPx).map(({ timeMs, unit }) => {
        const at = fractionOf(range, timeMs);
        return (
          <span
            key={timeMs}
            className="panel-axis-mark"
            style={{ left: `${at * 100}%` }}
            data-last={widthPx * (1 - at) < 44 || undefined}
          >
            {formatMark(language, timeMs, unit)}
          </span>
        );
      })}
    </span>
  );
}

/** A date as one line of plain text, for the slider's spoken value. */
function useDateWords({ run, points }: Pick<TrackProps, 'run' | 'points'>): (index: number) => string {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  return (index) => {
    const acquisition = run.acquisitions[index]!;
    const name = `${formatDay(language, acquisition.datetime)}, ${formatPlatform(acquisition.platform)}`;
    if (!points) {
      const { nOk, nLowCoverage, nNoData } = acquisition;
      return `${name}: ${t('time.clearParcels', { clear: nOk, total: nOk + nLowCoverage + nNoData })}`;
    }
    const point = points.find((one) => one.acquisition === index);
    const { text, rest } = translateReason(language, point?.reason ?? '');
    const reason = [text, rest].filter((part) => part !== null && part !== '').join(' ');
    return `${name}: ${t(`time.kind.${point?.outcome ?? 'not_seen'}`)}${reason === '' ? '' : ` — ${reason}`}`;
  };
}
