import { CHANGE_CHOICES, PARCEL_SORTS, PROFILE_FIGURES } from '../../shared/api.ts';
import { CHANGE_CONFIDENCES, CHANGE_FINDINGS } from '../../shared/change.ts';
import { STATUS_COLOURS } from '../../shared/ramps.ts';
import { answers, choice, count, flag, list, noQuery, number, orNull, record, ref, text } from './schema-parts.ts';

/**
 * JSON Schemas of the API's requests and answers: requests are checked against them, and `/api/openapi.json` is made of
 * them. Answers are not changed by them.
 */

const bboxDeg = { ...list(number(), 'west, south, east, north in degrees'), minItems: 4, maxItems: 4 };
const status = choice(...Object.keys(STATUS_COLOURS));
const period = record({ start: text(), end: text() }, 'UTC days, both included');
const ha = (what: string) => orNull(number(`${what}, hectares of true ground area`));
const pct = (what: string) => orNull(number(`${what}, per cent`));
const ndvi = (what: string) => orNull(number(`${what}, NDVI`));

const day = (what: string) => orNull(text(`${what}, UTC day`));
const tally = (what: string) => orNull(count(what));

/** The change of a parcel over time, as parcels.csv has it behind the two-period figures. */
const parcelChange = record({
  finding: orNull({ ...choice(...CHANGE_FINDINGS), description: 'null: not judged, see reason' }),
  confidence: orNull({ ...choice(...CHANGE_CONFIDENCES), description: 'null without a change' }),
  detected: day('first crossing of the monitoring boundary; null also for a fire'),
  after: day('last observation before the change'),
  before: day('first observation after the change'),
  recoveredOn: day('day from which a loss is made good, or a gain went back'),
  magnitude: ndvi('departure from the season after the change'),
  magnitudeSe: ndvi('its standard error'),
  historyStart: day('start of the history that the season is fitted to'),
  nHistory: tally('observations of the history'),
  nMonitored: tally('observations judged'),
  nOutliers: tally('observations dropped as outliers'),
  nBurnt: tally('observations taken out as burnt; null: fires not looked for, no short-wave infrared'),
  passingAfter: day('last observation before a fall or rise that was made good within a year'),
  passingBefore: day('first observation in it'),
  passingBack: day('day by which it was made good'),
  passingMagnitude: ndvi('its depth'),
  minDetectableChange: ndvi('smallest lasting change seen with 90 % power'),
  edgeFraction: orNull(number('share of the area in cells that the boundary cuts')),
  misregistrationNdvi: ndvi('largest change of the mean when the grid moves by half a cell'),
  controlCount: tally('control areas'),
  controlDid: ndvi('change against the control areas (difference in differences)'),
  controlDidLow: ndvi('lower end of its 95 % interval'),
  controlDidHigh: ndvi('upper end of its 95 % interval'),
  controlSlope: orNull(number('slope minus that of the control areas, NDVI a year')),
  controlZ: orNull(number('Z of that difference of slopes')),
  reason: text('why it was not judged or is less sure; empty when there is nothing to say'),
  sentence: text('the finding in one English sentence'),
});

const changeCounts = record(
  {
    byFinding: record(Object.fromEntries(CHANGE_CHOICES.map((name) => [name, count()]))),
    byConfidence: record(Object.fromEntries(CHANGE_CONFIDENCES.map((name) => [name, count()]))),
  },
  'parcels by what their series says; null where the run did not look at change over time',
);
const geometry = record({ type: choice('Polygon', 'MultiPolygon'), coordinates: list({}) }, 'GeoJSON, lon/lat (CRS84)');

const said = record({ code: text('stable code'), message: text('a sentence') });
const layers = list(text(), 'of a file, one of which has to be named');
/** `fields` is left out where there are none. */
const apiError = {
  ...said,
  properties: { ...said.properties, fields: { type: 'object', description: 'for programs', properties: { layers } } },
};

/** Shared parts of answers, by `$id`. */
export const COMPONENTS: readonly (object & { readonly $id: string })[] = [
  { $id: 'ApiError', ...record({ error: apiError }) },
  { $id: 'Geometry', ...geometry },
  {
    $id: 'ParcelRow',
    ...record({
      index: count('position in the parcel file, from 0'),
      parcelId: text(),
      status,
      bboxDeg,
      parcelHa: ha('the parcel'),
      nClearBaseline: count('clear acquisitions that count in the baseline'),
      nClearPeriod: count('the same of the monitoring period'),
      ndviBaseline: ndvi('mean of the baseline'),
      ndviPeriod: ndvi('mean of the monitoring period'),
      ndviChange: ndvi('difference of the two'),
      ndviChangeSe: ndvi('its standard error; null: not estimated'),
      coverBaselinePct: pct('tree cover of the baseline'),
      coverPeriodPct: pct('tree cover of the monitoring period'),
      coverChangePct: pct('difference of the two, percentage points'),
      lossHa: ha('ground classed as loss'),
      gainHa: ha('ground classed as gain'),
      stableHa: ha('ground classed as stable'),
      noDataHa: ha('ground without data'),
      outcome: choice('ok', 'no_data'),
      reason: text('why there is no data, or how sure the result is; empty when there is nothing to say'),
      finding: orNull(choice('loss', 'gain', 'stable', 'not_distinguishable')),
      classAreaSe: choice('not estimated'),
      coverSePct: pct('error of one pixel’s tree cover by a calibrated model; null: not estimated'),
      change: orNull({ ...parcelChange, description: 'change over time; null where the run did not look at it' }),
    }),
  },
  {
    $id: 'SeriesPoint',
    ...record({
      parcelId: text(),
      sceneId: text('the primary scene'),
      sceneIds: list(text()),
      datetime: text('ISO 8601, UTC'),
      platform: text(),
      parcelHa: number(),
      observedHa: number('valid ground'),
      clearHa: number('clear ground'),
      clearFraction: number('clearHa / parcelHa'),
      ndviMean: ndvi('mean, weighted by coverage'),
      ndviSd: ndvi('population standard deviation'),
      ndviP10: ndvi('10 % quantile'),
      ndviP50: ndvi('median'),
      ndviP90: ndvi('90 % quantile'),
      outcome: choice('ok', 'low_coverage', 'no_data'),
      reason: text(),
      acquisition: count('position in acquisitions of /api/run'),
      inBaseline: flag(),
      inPeriod: flag(),
      inSeason: flag(),
    }),
  },
];

const seriesRow = record({
  parcelId: text(),
  datetime: text('ISO 8601, UTC'),
  sceneId: text('the primary scene'),
  ndviMean: number('mean of the parcel, NDVI'),
  nbrMean: orNull(number('mean of the normalised burn ratio')),
  state: choice('used', 'outlier', 'burnt', 'not_used'),
  seasonNdvi: ndvi('the season fitted to the history'),
  seasonLow: ndvi('lower end of the 95 % band of a new observation'),
  seasonHigh: ndvi('upper end of that band'),
  controlNdvi: ndvi('weighted mean of the control areas'),
  controlLow: ndvi('least of them'),
  controlHigh: ndvi('greatest of them'),
  controlCount: count('control areas with a mean on that day'),
});

const noise = ha('what the noise of its pixels’ series does to it, an upper bound');
const yearChange = record({
  parcelId: text(),
  year: count('calendar year'),
  parcelHa: number(),
  stableHa: number(),
  lossHa: number('lost in this year'),
  lossHaSe: noise,
  lostBeforeHa: number('lost in an earlier monitored year and not recovered'),
  burntHa: ha('burnt and recovered in this year; null: fires not looked for'),
  burntHaSe: noise,
  gainHa: number('gained in this year'),
  gainHaSe: noise,
  regrownHa: number('regrown after a loss'),
  regrownHaSe: noise,
  noDataHa: number(),
  areaSe: { ...choice('not estimated'), description: 'sampling error of the areas' },
  sentence: text('the year in one English sentence'),
});

const controlArea = record({
  parcelId: text(),
  controlId: text(),
  weight: number('of the parcel’s control areas they add up to 1'),
  distance: number('standardised Euclidean distance of the covariates'),
  pastNdvi: number('mean of the earlier half of the history'),
  recentNdvi: number('mean of its later half'),
  pastSlope: number('slope of the history, NDVI a year'),
  geometry: orNull(geometry),
});

const monthCount = record({
  parcelId: text(),
  year: count(),
  month: count('1 to 12'),
  nAcquisitions: count(),
  nClear: count('clear enough to count'),
});

const balanceRow = record({
  covariate: choice('past_ndvi', 'recent_ndvi', 'past_slope'),
  smdPool: number('standardised mean difference of parcels and pool'),
  smdMatched: number('the same after matching'),
  isWithin: flag('at most 0.25 either way'),
});

const parcelId = {
  type: 'object',
  required: ['id'],
  properties: { id: text('parcel id as in the parcel file, percent-encoded') },
} as const;
const listQuery = {
  q: { ...text('part of an id, upper or lower case'), maxLength: 256, default: '' },
  status: { ...text(`statuses with commas between; empty: all. ${status.enum.join(', ')}`), default: '' },
  change: {
    ...text(`findings of change over time with commas between; empty: all. ${CHANGE_CHOICES.join(', ')}`),
    default: '',
  },
  confidence: {
    ...text(`only changes that are as sure, commas between; empty: all parcels. ${CHANGE_CONFIDENCES.join(', ')}`),
    default: '',
  },
  sort: { ...choice(...PARCEL_SORTS), default: 'parcelId' },
  order: { ...choice('asc', 'desc'), default: 'asc' },
};

const layer = record({
  id: text('in tile addresses'),
  kind: text(),
  period: orNull(text('baseline, period, or a year')),
  days: period,
  years: orNull({ ...list(count(), 'of a layer of days: first and last calendar year'), minItems: 2, maxItems: 2 }),
  form: choice('value', 'colour'),
  scale: number('value = stored number × scale'),
  unit: text(),
  bboxDeg,
  minZoom: count(),
  maxZoom: count(),
  sceneIds: list(text()),
  attribution: list(text()),
});

const acquisition = record({
  index: count(),
  id: text(),
  platform: text(),
  datetime: text('ISO 8601, UTC'),
  sceneIds: list(text()),
  inBaseline: flag(),
  inPeriod: flag(),
  inSeason: flag(),
  bboxDeg,
  nOk: count('observations that count'),
  nLowCoverage: count('observations with too little clear ground'),
  nNoData: count('observations without clear ground'),
  styles: list(choice('true-color', 'false-color', 'ndvi', 'mask'), 'what can be drawn of it'),
  maxZoom: count(),
});

const counts = record({
  parcels: count(),
  byStatus: record(Object.fromEntries(status.enum.map((name) => [name, count()]))),
  parcelHa: number(),
  observations: count(),
  scenesUsed: count(),
  scenesRefused: count(),
  scenesSuperseded: count(),
  parcelsRefused: count(),
  unitsLeftOut: count(),
});

const run = record({
  id: text('hash of what went into the run'),
  version: text('changes whenever the results do'),
  project: orNull(record({ id: text(), name: text() })),
  synthetic: flag('whether any input was made by a generator'),
  attribution: list(text()),
  periods: record({ baseline: period, period }),
  seasonMonths: orNull(list(count())),
  minClear: count(),
  minClearFraction: number(),
  thresholds: record({ loss: number(), gain: number() }, 'change of tree-cover fraction'),
  parameters: { type: 'object', additionalProperties: true },
  versions: { type: 'object', additionalProperties: text() },
  bboxDeg,
  counts,
  change: orNull(changeCounts),
  changeNote: orNull(text('why the run did not judge change over time; null where it did')),
  warnings: list(text()),
  layers: list(layer),
  acquisitions: list(acquisition),
  scenes: list(record({ id: text(), href: text(), isWeb: flag() })),
  files: list(record({ name: text('below /files/'), bytes: count(), sha256: orNull(text()) })),
  imageryNote: orNull(text('why single dates cannot be drawn; null when they can')),
  basemap: orNull(record({ tiles: text(), attribution: text() })),
});

const figure = record({ value: number(), year: orNull(count()), source: text() });
const region = record({
  id: text(),
  name: text(),
  profile: {
    type: 'object',
    properties: Object.fromEntries(PROFILE_FIGURES.map((name) => [name, orNull(figure)])),
  },
  boundary: orNull({ type: 'object', additionalProperties: true }),
  measuredAreaHa: orNull(number('ellipsoidal area of the boundary')),
});

export const API_SCHEMAS = {
  health: {
    tags: ['api'],
    summary: 'Whether the server is there, and which results it shows',
    querystring: noQuery,
    response: answers(
      record({
        status: choice('ok'),
        version: orNull(text('null: the first run is still going on')),
        dashboard: orNull(text('path of the queue dashboard; null where there is none')),
      }),
    ),
  },
  run: {
    tags: ['api'],
    summary: 'The run: periods, counts, layers, acquisitions, files',
    querystring: noQuery,
    response: answers(run),
  },
  twin: {
    tags: ['api'],
    summary: 'The twin region of the project; null where it has none',
    querystring: noQuery,
    response: answers(orNull(record({ id: text(), name: text(), sinks: list(region), sources: list(region) }))),
  },
  change: {
    tags: ['api'],
    summary: 'How change over time was judged: settings, years, balance of the control areas, what was found',
    querystring: noQuery,
    response: answers(
      record({
        counts: orNull(changeCounts),
        settings: orNull({ type: 'object', additionalProperties: true, description: 'as run.json states them' }),
        years: list(count(), 'calendar years with a layer of their own'),
        balance: list(balanceRow),
      }),
    ),
  },
  parcels: {
    tags: ['api'],
    summary: 'Results of the parcels, page by page',
    description: 'Missing figures sort last in either order, ties by position in the parcel file.',
    querystring: {
      type: 'object',
      additionalProperties: false,
      properties: {
        ...listQuery,
        offset: { ...count(), minimum: 0, default: 0 },
        limit: { ...count(), minimum: 1, maximum: 1000, default: 100 },
      },
    },
    response: answers(record({ total: count(), offset: count(), rows: list(ref('ParcelRow')) })),
  },
  parcel: {
    tags: ['api'],
    summary: 'One parcel with its geometry, and its neighbours in the list of the same query',
    params: parcelId,
    querystring: { type: 'object', additionalProperties: false, properties: listQuery },
    response: answers(
      record({
        parcel: ref('ParcelRow'),
        geometry: ref('Geometry'),
        position: orNull(count('place in the list; null when the query leaves the parcel out')),
        total: count(),
        previousId: orNull(text()),
        nextId: orNull(text()),
      }),
    ),
  },
  observations: {
    tags: ['api'],
    summary: 'All observations of one parcel, in order of time',
    params: parcelId,
    querystring: noQuery,
    response: answers(record({ parcelId: text(), points: list(ref('SeriesPoint')) })),
  },
  parcelChange: {
    tags: ['api'],
    summary: 'Change over time of one parcel: finding, hectares by year, series with season, control areas, months',
    description: 'Lists are empty where the parcel was not judged or the run did not look at change over time.',
    params: parcelId,
    querystring: noQuery,
    response: answers(
      record({
        parcelId: text(),
        change: orNull(parcelChange),
        years: list(yearChange),
        series: list(seriesRow),
        controls: list(controlArea),
        months: list(monthCount),
      }),
    ),
  },
};
