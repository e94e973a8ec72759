import {
  CHANGE_CHOICES,
  PARCEL_SORTS,
  type ParcelQuery,
  type ParcelSort,
  type SceneStyle,
  sceneLayerId,
} from '../shared/api.ts';
import { CHANGE_CONFIDENCES } from '../shared/change.ts';
import { type ParcelStatus, STATUS_COLOURS } from '../shared/ramps.ts';
import { type Camera, type Colouring, FIRST_VIEW, type ViewState } from './state.ts';

/**
 * The view as a URL query and back. Only what differs from the first view is written, and the language and the run
 * always. What cannot be read is left out, one by one, so that an old or mangled link still shows the rest.
 * Acquisitions are written as UTC days (`2023-01-07`, the second of that day `2023-01-07.2`), not as positions: a
 * link must not silently show another date when the list of acquisitions has changed.
 */

export interface LinkContext {
  readonly runId: string;
  /** UTC day of each acquisition, in the order of `RunInfo.acquisitions`. */
  readonly days: readonly string[];
}

export interface Permalink {
  /** Only what the link states and what could be read. */
  readonly view: Partial<ViewState>;
  /** First digits of the hash of the run that the link was made for. */
  readonly run: string | null;
}

const RUN_DIGITS = 12;
const MAX_TEXT = 500;
const LANGUAGES = ['en', 'fr', 'de'] as const;
const THEMES = ['auto', 'light', 'dark'] as const;
const PAGES = ['map', 'delineate', 'twin', 'operations'] as const;
const COMPARES = ['off', 'swipe', 'side', 'flicker'] as const;
const SCENE_LAYER = /^scene-(true-color|false-color|ndvi|mask)-(\d+)$/;
const SCENE_TEXT = /^scene-(true-color|false-color|ndvi|mask)@(.+)$/;
const STATUSES = Object.keys(STATUS_COLOURS) as ParcelStatus[];
const COLOUR_PREFIX = 'colour.';

/** Query without the question mark. */
export function writePermalink(view: ViewState, context: LinkContext): string {
  const params = new URLSearchParams();
  const put = (key: string, value: string | null, usual: string | null) => {
    if (value !== null && value !== usual) params.set(key, value);
  };
  params.set('run', context.runId.slice(0, RUN_DIGITS));
  params.set('lang', view.language);
  put('theme', view.theme, FIRST_VIEW.theme);
  put('page', view.page, FIRST_VIEW.page);
  put('at', view.camera && cameraText(view.camera), null);
  put('layer', layerText(view.left, context.days), FIRST_VIEW.left);
  put('compare', view.compare, FIRST_VIEW.compare);
  put('with', layerText(view.right, context.days), FIRST_VIEW.right);
  put('swipe', numberText(view.swipeFraction, 3), numberText(FIRST_VIEW.swipeFraction, 3));
  put('opacity', numberText(view.opacity, 2), numberText(FIRST_VIEW.opacity, 2));
  put('clouds', switchText(view.showMask), switchText(FIRST_VIEW.showMask));
  put('parcels', switchText(view.showParcels), switchText(FIRST_VIEW.showParcels));
  put('basemap', switchText(view.showBasemap), switchText(FIRST_VIEW.showBasemap));
  put('controls', switchText(view.showControls), switchText(FIRST_VIEW.showControls));
  put('date', view.acquisition === null ? null : dayText(view.acquisition, context.days), null);
  put('parcel', view.parcel, null);
  for (const [kind, colouring] of Object.entries(view.colouring)) {
    params.set(COLOUR_PREFIX + kind, colouringText(colouring));
  }
  writeQuery(view.query, put);
  // These are allowed in a query as they are, and the link stays readable.
  return params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%40', '@');
}

/** Never throws; `search` with or without its question mark. Without `days` no acquisition can be found. */
export function readPermalink(search: string, days: readonly string[] = []): Permalink {
  const params = new URLSearchParams(search);
  const text = (key: string) => {
    const value = params.get(key);
    return value === null || value === '' || value.length > MAX_TEXT ? undefined : value;
  };
  const read: { [K in keyof ViewState]: ViewState[K] | undefined } = {
    page: oneOf(PAGES, text('page')),
    language: oneOf(LANGUAGES, text('lang')),
    theme: oneOf(THEMES, text('theme')),
    camera: readCamera(text('at')),
    left: readLayer(text('layer'), days),
    right: readLayer(text('with'), days),
    compare: oneOf(COMPARES, text('compare')),
    swipeFraction: readNumber(text('swipe'), 0, 1),
    opacity: readNumber(text('opacity'), 0, 1),
    showMask: readSwitch(text('clouds')),
    showParcels: readSwitch(text('parcels')),
    showBasemap: readSwitch(text('basemap')),
    showControls: readSwitch(text('controls')),
    colouring: readColourings(params),
    parcel: text('parcel'),
    acquisition: readDay(text('date'), days),
    query: readQuery(text),
  };
  const known = Object.entries(read).filter(([, value]) => value !== undefined);
  const run = text('run');
  return { view: Object.fromEntries(known), run: run && /^[0-9a-f]{6,64}$/.test(run) ? run : null };
}

/** Whether a link was made for the run with this hash. */
export function isLinkOf(run: string | null, runId: string): boolean {
  return run === null || runId.startsWith(run.slice(0, RUN_DIGITS));
}

function numberText(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

function readNumber(text: string | undefined, low: number, high: number): number | undefined {
  if (text === undefined || !/^-?\d{1,9}(\.\d{1,12})?$/.test(text)) return undefined;
  const value = Number(text) || 0;
  return value >= low && value <= high ? value : undefined;
}

function switchText(isOn: boolean): string {
  return isOn ? 'on' : 'off';
}

function readSwitch(text: string | undefined): boolean | undefined {
  return text === 'on' ? true : text === 'off' ? false : undefined;
}

function oneOf<T extends string>(values: readonly T[], text: string | undefined): T | undefined {
  return values.find((value) => value === text);
}

/** Latitude first, as people write it: `9.84012,1.54123,13.2`. */
function cameraText({ lon, lat, zoom }: Camera): string {
  return [numberText(lat, 5), numberText(lon, 5), numberText(zoom, 2)].join(',');
}

function readCamera(text: string | undefined): Camera | undefined {
  const [lat, lon, zoom, ...more] = text?.split(',') ?? [];
  const camera = { lon: readNumber(lon, -180, 180), lat: readNumber(lat, -90, 90), zoom: readNumber(zoom, 0, 24) };
  const { lon: x, lat: y, zoom: z } = camera;
  return more.length > 0 || x === undefined || y === undefined || z === undefined
    ? undefined
    : { lon: x, lat: y, zoom: z };
}

function dayText(index: number, days: readonly string[]): string | null {
  const day = days[index];
  if (day === undefined) return null;
  const place = index - days.indexOf(day);
  return place === 0 ? day : `${day}.${place + 1}`;
}

function readDay(text: string | undefined, days: readonly string[]): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:\.(\d{1,4}))?$/.exec(text ?? '');
  if (!match) return undefined;
  const index = days.indexOf(match[1]!) + Number(match[2] ?? 1) - 1;
  return days[index] === match[1] ? index : undefined;
}

function layerText(id: string, days: readonly string[]): string | null {
  const match = SCENE_LAYER.exec(id);
  if (!match) return id;
  const day = dayText(Number(match[2]), days);
  return day === null ? null : `scene-${match[1]}@${day}`;
}

function readLayer(text: string | undefined, days: readonly string[]): string | undefined {
  const match = SCENE_TEXT.exec(text ?? '');
  if (match) {
    const index = readDay(match[2], days);
    return index === undefined ? undefined : sceneLayerId(match[1] as SceneStyle, index);
  }
  return text !== undefined && /^[a-z][a-z0-9-]{0,80}$/.test(text) && !text.startsWith('scene-') ? text : undefined;
}

/** `ramp,low..high`, then `min..max` of what is drawn (either may be missing), then `reversed`. */
function colouringText({ ramp, low, high, min, max, isReversed }: Colouring): string {
  const end = (value: number | null) => (value === null ? '' : numberText(value, 4));
  const parts = [ramp, `${numberText(low, 4)}..${numberText(high, 4)}`];
  if (min !== null || max !== null) parts.push(`${end(min)}..${end(max)}`);
  if (isReversed) parts.push('reversed');
  return parts.join(',');
}

function readColouring(text: string): Colouring | undefined {
  const [ramp, range, ...rest] = text.slice(0, MAX_TEXT).split(',');
  if (!ramp || !/^[a-z][a-z0-9-]{0,40}$/.test(ramp)) return undefined;
  const [low, high] = readRange(range);
  if (low === undefined || high === undefined || low >= high) return undefined;
  const isReversed = rest.includes('reversed');
  const [min, max] = readRange(rest.find((part) => part.includes('..')));
  return { ramp, low, high, isReversed, min: min ?? null, max: max ?? null };
}

function readRange(text: string | undefined): [number | undefined, number | undefined] {
  const [from, to, ...more] = text?.split('..') ?? [];
  return more.length > 0 ? [undefined, undefined] : [readNumber(from, -1e6, 1e6), readNumber(to, -1e6, 1e6)];
}

function readColourings(params: URLSearchParams): ViewState['colouring'] | undefined {
  const found: [string, Colouring][] = [];
  for (const [key, value] of params) {
    const kind = key.startsWith(COLOUR_PREFIX) ? key.slice(COLOUR_PREFIX.length) : '';
    const colouring = /^[a-z][a-z-]{0,40}$/.test(kind) ? readColouring(value) : undefined;
    if (colouring) found.push([kind, colouring]);
  }
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

/** Descending is a minus before the column: `sort=-lossHa`. */
function writeQuery(query: ParcelQuery, put: (key: string, value: string, usual: string) => void): void {
  const sortText = ({ sort, order }: ParcelQuery) => (order === 'desc' ? '-' : '') + sort;
  put('q', query.q.slice(0, MAX_TEXT), '');
  put('status', query.status.join(','), '');
  put('change', query.change.join(','), '');
  put('sure', query.confidence.join(','), '');
  put('sort', sortText(query), sortText(FIRST_VIEW.query));
}

function readQuery(text: (key: string) => string | undefined): ParcelQuery | undefined {
  const [q, sortText] = [text('q'), text('sort')];
  const sort = oneOf<ParcelSort>(PARCEL_SORTS, sortText?.replace(/^-/, ''));
  const listed = <T extends string>(known: readonly T[], key: string) => {
    const names = text(key)?.split(',');
    return known.filter((one) => names?.includes(one));
  };
  const status = listed(STATUSES, 'status');
  const change = listed(CHANGE_CHOICES, 'change');
  const confidence = listed(CHANGE_CONFIDENCES, 'sure');
  const isFiltered = status.length + change.length + confidence.length > 0;
  if (q === undefined && !isFiltered && sort === undefined) return undefined;
  return {
    q: q ?? '',
    status,
    change,
    confidence,
    sort: sort ?? FIRST_VIEW.query.sort,
    order: sort !== undefined && sortText!.startsWith('-') ? 'desc' : 'asc',
  };
}
