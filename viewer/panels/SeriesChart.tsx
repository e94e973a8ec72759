import 'uplot/dist/uPlot.min.css';
import './chart.css';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type uPlot from 'uplot';
import type { ParcelChangeInfo, ParcelRow, RunInfo, SeriesPoint } from '../../shared/api.ts';
import { type Translate, useTranslate } from '../i18n/translate.ts';
import { chooseAcquisition, type Language, useStore } from '../state.ts';
import { ChartEvents, ChartToggles, JudgedLegend, PlainLegend } from './ChartLegend.tsx';
import { type ChartShows, PLAIN_CHART, useChartShows } from './chart-shows.ts';
import { formatDay, formatNdvi, formatPlatform, formatSharePct } from './format.ts';
import { OutcomeSign } from './OutcomeMark.tsx';
import { seasonCurve } from './season-curve.ts';
import { type PeriodMeans, periodMeans, summariseSeries } from './series-figures.ts';
import type { ChangeOverlay } from './series-overlay.ts';
import { createSeriesPlot, type PlotColours } from './series-plot.ts';
import { controlRuns, countStates, judgePoints, sinceHistory } from './series-states.ts';
import { SLIDER_KEYS, stopForKey } from './timeline.ts';
import { useThemeCount } from './use-theme.ts';
import { useWidth } from './use-width.ts';

const HEIGHT_PX = 220;
const NO_MEANS: PeriodMeans = { baseline: null, period: null };

interface ChartProps {
  readonly points: readonly SeriesPoint[];
  readonly run: RunInfo;
  readonly parcel: ParcelRow;
  /** Null until it is there, and where the run did not look at change over time. */
  readonly change: ParcelChangeInfo | null;
}

/** NDVI of the parcel on every acquisition; a click or the arrow keys choose the date for the whole page. */
export default function SeriesChart({ points, run, parcel, change }: ChartProps) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const { ref, widthPx } = useWidth<HTMLDivElement>();
  // Without a result there are no means either, however many dates happen to be clear.
  const hasMeans = parcel.outcome === 'ok';
  const means = useMemo(() => (hasMeans ? periodMeans(points) : NO_MEANS), [points, hasMeans]);
  const [hovered, setHovered] = useState<number | null>(null);
  const overlay = useOverlay(points, change);
  const chosenShows = useChartShows();
  const showControls = useStore((state) => state.showControls);
  const shows = overlay ? chosenShows : PLAIN_CHART;
  const plot = usePlot({ points, run, means, overlay, shows, showControls, language, t, widthPx, setHovered });
  const chosen = useStore((state) => state.acquisition);
  const position = points.findIndex((point) => point.acquisition === chosen);
  const shown = hovered ?? (position >= 0 ? position : null);
  const summary = summaryOf(points, means, { parcelId: parcel.parcelId, overlay, language, t });
  return (
    <figure className="panel-chart">
      <figcaption className="panel-chart-caption">
        <h3>{t('parcel.series')}</h3>
        <Readout point={shown === null ? null : points[shown]!} />
      </figcaption>
      <div className="panel-chart-field" ref={ref}>
        <div role="img" aria-label={summary} ref={plot.element} />
        <DateHandle points={points} position={position} plot={plot.current} key={widthPx} />
      </div>
      {overlay ? (
        <>
          <ChartEvents change={overlay.change} />
          <JudgedLegend counts={countStates(overlay.judged)} />
          <ChartToggles
            hasControls={overlay.controls.length > 0}
            hasDates={overlay.change?.detected != null || overlay.change?.after != null}
          />
        </>
      ) : (
        <PlainLegend />
      )}
    </figure>
  );
}

/** What a judgement adds to the chart; null where there is none. */
function useOverlay(points: readonly SeriesPoint[], info: ParcelChangeInfo | null): ChangeOverlay | null {
  return useMemo(() => {
    if (!info?.change?.finding || info.series.length === 0) return null;
    const { change, series } = info;
    return {
      judged: judgePoints(points, series),
      curve: seasonCurve(sinceHistory(series, change.historyStart)),
      controls: controlRuns(series),
      change,
    };
  }, [points, info]);
}

interface PlotProps {
  readonly points: readonly SeriesPoint[];
  readonly run: RunInfo;
  readonly means: PeriodMeans;
  readonly overlay: ChangeOverlay | null;
  readonly shows: ChartShows;
  readonly showControls: boolean;
  readonly language: Language;
  readonly t: Translate;
  readonly widthPx: number;
  readonly setHovered: (position: number | null) => void;
}

/** The drawn chart; made anew when its data, words, width or colours change. */
function usePlot(props: PlotProps) {
  const { points, run, means, overlay, shows, showControls, language, t, widthPx, setHovered } = props;
  const element = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState<uPlot | null>(null);
  const theme = useThemeCount();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new theme means new colours
  useEffect(() => {
    if (widthPx === 0 || !element.current) return;
    const made = createSeriesPlot(
      element.current,
      { width: widthPx, height: HEIGHT_PX },
      {
        points,
        run,
        means,
        overlay,
        shows: { ...shows, controls: showControls },
        language,
        words: { baseline: t('parcel.baseline'), monitoring: t('parcel.monitoring') },
        colours: coloursNow(),
        font: getComputedStyle(document.body).fontFamily,
        onHover: setHovered,
        onChoose: (at) => chooseAcquisition(points[at]!.acquisition),
      },
    );
    setCurrent(made);
    return () => {
      setCurrent(null);
      made.destroy();
    };
  }, [points, run, means, overlay, shows, showControls, language, t, widthPx, theme, setHovered]);
  return { element, current };
}

function coloursNow(): PlotColours {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    ink: token('--ink'),
    soft: token('--ink-soft'),
    line: token('--line'),
    surface: token('--surface'),
    accent: token('--accent'),
    wash: token('--accent-wash'),
    sunken: token('--surface-sunken'),
    control: token('--chart-control'),
    outlier: token('--chart-outlier'),
    burnt: token('--chart-burnt'),
    loss: token('--chart-loss'),
    gain: token('--chart-gain'),
  };
}

interface HandleProps {
  readonly points: readonly SeriesPoint[];
  /** Of the chosen date among the points; −1 when none of them is chosen. */
  readonly position: number;
  readonly plot: uPlot | null;
}

/** The line of the chosen date, and what the keyboard holds on to. */
function DateHandle({ points, position, plot }: HandleProps) {
  const t = useTranslate();
  const words = usePointWords();
  const stops = points.map((point, index) => ({ index, isClear: point.outcome === 'ok' }));
  const onKeyDown = (event: KeyboardEvent) => {
    if (!SLIDER_KEYS.includes(event.key)) return;
    event.preventDefault();
    const next = stopForKey(event.key, stops, position < 0 ? null : position);
    if (next !== null) chooseAcquisition(points[next]!.acquisition);
  };
  const point = points[position];
  const ratio = window.devicePixelRatio || 1;
  const x = plot && point ? plot.valToPos(Date.parse(point.datetime) / 1000, 'x') + plot.bbox.left / ratio : null;
  return (
    <div
      className="panel-chart-handle"
      data-none={x === null || undefined}
      style={{ left: x ?? undefined, height: plot && point ? plot.bbox.height / ratio : undefined }}
      role="slider"
      tabIndex={0}
      aria-label={t('parcel.chartDate')}
      aria-valuemin={1}
      aria-valuemax={points.length}
      aria-valuenow={Math.max(1, position + 1)}
      aria-valuetext={point ? words(point) : t('time.none')}
      onKeyDown={onKeyDown}
    />
  );
}

/** Date, figure and outcome of a point as one line of text. */
function usePointWords(): (point: SeriesPoint) => string {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  return (point) => {
    const day = `${formatDay(language, point.datetime)}, ${formatPlatform(point.platform)}`;
    const ndvi = point.ndviMean === null ? '' : `NDVI ${formatNdvi(language, point.ndviMean)}, `;
    const clear = t('parcel.clearShare', { share: formatSharePct(language, point.clearFraction) });
    return `${day}: ${ndvi}${t(`time.kind.${point.outcome}`)}, ${clear}`;
  };
}

function Readout({ point }: { readonly point: SeriesPoint | null }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  if (!point) return <span className="panel-readout panel-missing">{t('parcel.chartHint')}</span>;
  return (
    <span className="panel-readout">
      <OutcomeSign kind={point.outcome} /> {formatDay(language, point.datetime)}
      {point.ndviMean === null ? (
        <span className="panel-missing"> {t('parcel.status.no_data')}</span>
      ) : (
        <>
          <span className="unit">NDVI</span> <strong>{formatNdvi(language, point.ndviMean)}</strong>
        </>
      )}
    </span>
  );
}

interface SummaryContext {
  readonly parcelId: string;
  readonly overlay: ChangeOverlay | null;
  readonly language: Language;
  readonly t: Translate;
}

/** The chart in words. */
function summaryOf(
  points: readonly SeriesPoint[],
  means: PeriodMeans,
  { parcelId, overlay, language, t }: SummaryContext,
): string {
  const { clear, partly, noData, lowest, highest } = summariseSeries(points);
  const day = (point: SeriesPoint) => formatDay(language, point.datetime);
  const first = t('parcel.summary', {
    id: parcelId,
    count: points.length,
    from: day(points[0]!),
    to: day(points.at(-1)!),
    clear,
    partly,
    noData,
  });
  const ends =
    lowest && highest
      ? t('parcel.summaryEnds', {
          lowest: formatNdvi(language, lowest.ndviMean!),
          lowestDay: day(lowest),
          highest: formatNdvi(language, highest.ndviMean!),
          highestDay: day(highest),
        })
      : '';
  const mean = (which: 'baseline' | 'period') => {
    const found = means[which];
    if (!found) return '';
    const se = found.se === null ? t('parcel.notEstimated') : formatNdvi(language, found.se);
    const name = t(which === 'baseline' ? 'parcel.baseline' : 'parcel.monitoring');
    return t('parcel.summaryMean', { name, mean: formatNdvi(language, found.mean), se, count: found.count });
  };
  if (overlay) {
    const { used, outlier: outliers, burnt } = countStates(overlay.judged);
    const judged =
      overlay.change?.nBurnt === null
        ? t('change.chart.summaryNoFires', { used, outliers })
        : t('change.chart.summarySeason', { used, outliers, burnt });
    return [first, judged, ends].filter((text) => text !== '').join(' ');
  }
  return [first, ends, mean('baseline'), mean('period')].filter((text) => text !== '').join(' ');
}
