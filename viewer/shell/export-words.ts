import type { RunInfo } from '../../shared/api.ts';
import { REASON_COLOURS } from '../../shared/mask-reasons.ts';
import { type ParcelStatus, type Rgb, STATUS_COLOURS, YEAR_CLASS_COLOURS } from '../../shared/ramps.ts';
import type { Translate } from '../i18n/translate.ts';
import { colouringOf, yearsOf } from '../map/colouring.ts';
import { legendLimits, legendStops, yearStops } from '../map/legend.ts';
import { changeFilterWords } from '../panels/change-words.ts';
import { formatDay, formatNumber } from '../panels/format.ts';
import type { ViewState } from '../state.ts';
import { isValueKind, type ValueKind } from '../style/ramp-choices.ts';
import { CLASS_NAMES, describeLayer, kindOf, sceneOf } from './layer-options.ts';

export interface RampKey {
  readonly title: string;
  readonly colours: readonly Rgb[];
  /** At the start, the middle and the end. */
  readonly labels: readonly string[];
  /** What the threshold leaves, or empty. */
  readonly note: string;
}

export interface Swatch {
  readonly rgb: Rgb;
  readonly label: string;
  /** Drawn as on the map: a mask's colour in stripes, a result's in full. */
  readonly isHatched: boolean;
}

/** All that a picture of the map says beside the map, in the chosen language. */
export interface PictureWords {
  readonly title: string;
  /** Layer and dates, one line a side; below them what the parcels are filtered by. */
  readonly layers: readonly string[];
  readonly ramps: readonly RampKey[];
  /** Of a year's classes. */
  readonly classes: readonly Swatch[];
  readonly swatches: readonly Swatch[];
  readonly masks: readonly Swatch[];
  /** Sources, run and day, from top to bottom. */
  readonly foot: readonly string[];
  /** Stamped over the map; null for observed data. */
  readonly stamp: string | null;
  readonly north: string;
}

export interface WordsInput {
  readonly run: RunInfo;
  readonly view: ViewState;
  readonly title: string;
  readonly t: Translate;
  readonly today: Date;
}

export function pictureWords({ run, view, title, t, today }: WordsInput): PictureWords {
  const shown = view.compare === 'off' ? [view.left] : [view.left, view.right];
  const kinds = [...new Set(shown.map((id) => kindOf(run, id)))].filter(
    (kind): kind is ValueKind => kind !== null && isValueKind(kind),
  );
  const hasMask = view.showMask && shown.some((id) => sceneOf(id) !== null);
  const hash = run.id.slice(0, 12);
  return {
    title,
    layers: [...layerLines(run, view, { shown, t }), ...filterLines(view, t)],
    ramps: kinds.map((kind) => rampKey(run, kind, { view, t })),
    classes: shown.some((id) => kindOf(run, id) === 'year-class') ? classSwatches(t) : [],
    swatches: view.showParcels ? statusSwatches(run, view, t) : [],
    masks: hasMask ? maskSwatches(t) : [],
    foot: [
      ...attributionOf(run, view),
      [t('export.run', { hash }), t('export.made', { date: formatDay(view.language, today.toISOString()) })].join(
        ' · ',
      ),
    ],
    stamp: run.synthetic ? t('export.synthetic') : null,
    north: t('export.north'),
  };
}

/** Lines that pictures and prints must carry: of the imagery, and of the background map where it is drawn. */
function attributionOf(run: RunInfo, view: ViewState): string[] {
  return [...run.attribution, ...(run.basemap && view.showBasemap ? [run.basemap.attribution] : [])];
}

function layerLines(
  run: RunInfo,
  { compare, language }: ViewState,
  { shown, t }: { shown: readonly string[]; t: Translate },
): string[] {
  const sides = compare === 'flicker' ? (['first', 'second'] as const) : (['left', 'right'] as const);
  return shown.map((id, index) => {
    const { name, dates } = describeLayer(run, id, { t, language });
    const words = dates === '' ? name : `${name} · ${dates}`;
    return shown.length === 1 ? words : `${t(`shell.layer.${sides[index]!}`)}: ${words}`;
  });
}

/** Which parcels the map keeps by what their series says; those kept by status are named by their colours. */
function filterLines({ showParcels, query }: ViewState, t: Translate): string[] {
  const what = showParcels ? changeFilterWords(query, t) : '';
  return what === '' ? [] : [t('change.filter.map', { what })];
}

function rampKey(run: RunInfo, kind: ValueKind, { view, t }: { view: ViewState; t: Translate }): RampKey {
  const { colouring, language } = view;
  const own = colouringOf(kind, colouring, yearsOf(run));
  const years = yearStops(kind, own, yearsOf(run));
  const stops = years.length > 0 ? years : legendStops(kind, own, { language });
  const limits = legendLimits(kind, own, language);
  const ends = [0, Math.floor((stops.length - 1) / 2), stops.length - 1];
  return {
    title: `${t(`shell.kind.${kind}`)} (${t(`shell.unit.${kind}`)})`,
    // A bar wants two ends, also of a single year.
    colours: [...stops, ...(stops.length === 1 ? stops : [])].map(({ rgb }) => rgb),
    labels: ends.map((index) => stops[index]!.label.replace('-', '−')),
    note: limits.length === 0 ? '' : t('shell.legend.only', { limits: limits.join(', ') }),
  };
}

function classSwatches(t: Translate): Swatch[] {
  return CLASS_NAMES.map((name) => ({
    rgb: YEAR_CLASS_COLOURS[name],
    label: t(`shell.class.${name}`),
    isHatched: false,
  }));
}

function statusSwatches(run: RunInfo, { query, language }: ViewState, t: Translate): Swatch[] {
  return (Object.keys(STATUS_COLOURS) as ParcelStatus[])
    .filter((status) => run.counts.byStatus[status] > 0)
    .filter((status) => query.status.length === 0 || query.status.includes(status))
    .map((status) => ({
      rgb: STATUS_COLOURS[status],
      label: `${t(`parcel.status.${status}`)} (${formatNumber(language, run.counts.byStatus[status])})`,
      isHatched: false,
    }));
}

function maskSwatches(t: Translate): Swatch[] {
  return (Object.keys(REASON_COLOURS) as (keyof typeof REASON_COLOURS)[]).map((reason) => ({
    rgb: REASON_COLOURS[reason],
    label: t(`shell.mask.${reason}`),
    isHatched: true,
  }));
}
