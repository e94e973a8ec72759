import { INTERVENTIONS, PARCEL_FORMATS } from '../../shared/parcel-check.ts';
import { choice, count, flag, list, noQuery, number, orNull, record, ref, text } from './schema-parts.ts';

/** JSON Schemas of what `shared/register.ts` describes, as `api-schemas.ts` has them of results. */

const strict = <T extends object>(schema: T) => ({ ...schema, additionalProperties: false });
const bounded = (longest: number, description?: string) => ({ ...text(description), maxLength: longest });
/** Of what a person has to say: not nothing, and not blanks. */
const said = (longest: number, description: string) => ({ ...bounded(longest, description), pattern: '\\S' });
const sha256 = { ...text('SHA-256'), pattern: '^[0-9a-f]{64}$' };
const id = { ...bounded(256, 'parcel id'), minLength: 1 };
const version = { ...count('from 1'), minimum: 1 };
const ha = (what: string) => number(`${what}, hectares of true ground area`);
const bboxDeg = { ...list(number(), 'west, south, east, north in degrees'), minItems: 4, maxItems: 4 };

const geometry = strict(
  record({ type: choice('Polygon', 'MultiPolygon'), coordinates: list({}) }, 'GeoJSON, lon/lat (CRS84)'),
);

const attributes = strict(
  record({
    name: orNull(bounded(1000)),
    intervention: orNull(choice(...INTERVENTIONS)),
    startDate: orNull({ ...text('UTC day'), pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
    tenure: orNull(bounded(4000, 'personal data: in no public feature, no log, no export unless asked for')),
    consent: orNull(bounded(4000, 'as tenure')),
    statedHa: orNull({ ...ha('as stated by whom it comes from'), minimum: 0 }),
    more: { type: 'object', additionalProperties: true, description: 'further properties of the file' },
  }),
);

/** A record with members that may be left out. */
const andMaybe = (schema: ReturnType<typeof record>, maybe: Readonly<Record<string, object>>) => ({
  ...schema,
  properties: { ...schema.properties, ...maybe },
});

/** What a person answered where a file did not say. */
const ANSWERED = {
  assumedCrs: bounded(100, 'CRS that was named for a file that states none'),
  layer: bounded(1000, 'layer that was chosen of several'),
};

const from = { ...list(strict(record({ id, version })), 'parcels it was split from or merged of'), maxItems: 1000 };
const provenance = strict(
  record({
    kind: choice('drawn', 'walked', 'imported', 'suggested', 'split', 'merged', 'mended'),
    file: orNull(
      strict(
        andMaybe(
          record({
            name: bounded(1000),
            sha256,
            format: choice(...PARCEL_FORMATS),
            place: bounded(1000, 'in the file'),
          }),
          ANSWERED,
        ),
      ),
    ),
    from,
    mends: {
      ...list(
        strict(record({ rule: bounded(100), kind: bounded(100), haBefore: orNull(number()), haAfter: number() })),
        'proposals that a person accepted',
      ),
      maxItems: 1000,
    },
  }),
);

const edit = {
  geometry,
  attributes,
  author: said(200, 'who, as they call themselves'),
  reason: said(2000, 'why'),
  provenance,
};

const newParcel = strict(
  record({
    draftId: { ...text('made once by whoever sends it: sent twice it makes one parcel'), pattern: '^[\\w.-]{1,128}$' },
    id: orNull({ ...bounded(256, 'wanted id; null: the next one of the region'), minLength: 1 }),
    regionId: { ...bounded(128), minLength: 1 },
    ...edit,
  }),
);

const finding = record({
  rule: text(),
  severity: choice('error', 'warning', 'note'),
  message: text('one sentence'),
  values: { type: 'object', additionalProperties: true, description: 'what the sentence is filled with' },
  place: orNull(list(number(), 'longitude and latitude of the fault')),
  proposal: orNull(
    record({ kind: text(), message: text(), haBefore: orNull(number()), haAfter: number(), geometry: ref('Geometry') }),
  ),
});

const checkedParcel = record({
  index: count('place in the request or file, from 0'),
  id: text(),
  verdict: choice('accepted', 'warned', 'mendable', 'refused'),
  findings: list(finding, 'errors first'),
  parcelHa: orNull(ha('as given')),
});

/** Shared parts of answers, by `$id`. */
export const REGISTER_COMPONENTS: readonly (object & { readonly $id: string })[] = [
  {
    $id: 'ParcelVersion',
    ...record({
      id,
      regionId: text(),
      version,
      state: choice('active', 'withdrawn'),
      geometry: ref('Geometry'),
      attributes,
      parcelHa: ha('the parcel'),
      bboxDeg,
      author: text(),
      reason: text(),
      at: text('UTC, ISO 8601'),
      provenance,
      geometrySha256: sha256,
      warnings: list(record({ rule: text(), message: text() }), 'of the check, when it was registered'),
    }),
  },
  { $id: 'CheckedParcel', ...checkedParcel },
  {
    $id: 'RegisterConflict',
    ...record({
      error: record({ code: choice('E_CONFLICT'), message: text() }),
      current: ref('ParcelVersion'),
      base: { ...ref('ParcelVersion'), description: 'what the edit was made on; null where there is no such version' },
    }),
  },
  {
    $id: 'RegisterRefusal',
    ...record({ error: record({ code: text(), message: text() }), parcels: list(ref('CheckedParcel')) }),
  },
];

const region = record({
  id: text(),
  name: text(),
  side: choice('sink', 'source'),
  boundary: orNull({ type: 'object', additionalProperties: true }),
  measuredHa: orNull(ha('the boundary')),
  statedHa: orNull(ha('as the profile states it')),
});

const anything = (description: string) => ({ type: 'object', additionalProperties: true, description });
const checkSummary = {
  ...record(
    {
      parcels: count(),
      totalHa: orNull(ha('of the parcels that can be measured; null where none can')),
      unmeasuredParcels: count('whose area cannot be measured and is not in totalHa'),
      notes: list(text(), 'about the file as a whole'),
    },
    'what the file amounts to',
  ),
  additionalProperties: true,
};
const failures = { '4xx': ref('ApiError'), '5xx': ref('ApiError') };
const told = (status: number, schema: object, description = 'Success') => ({
  [status]: { description, ...schema },
  ...failures,
});
const taken = { 409: ref('RegisterRefusal'), 422: ref('RegisterRefusal') };
const parcelParams = record({ id: { ...bounded(256, 'parcel id, percent-encoded'), minLength: 1 } });
const ifMatch = {
  type: 'object',
  properties: { 'if-match': text('the version that the change is made on, such as "3"; 428 without it') },
} as const;
const tags = ['register'];

const bboxQuery = {
  type: 'object',
  additionalProperties: false,
  properties: { bbox: bounded(200, 'west,south,east,north in degrees; left out: everywhere') },
} as const;

const exportQuery = {
  type: 'object',
  required: ['format'],
  additionalProperties: false,
  properties: {
    format: choice(...PARCEL_FORMATS.filter((format) => format !== 'gpx')),
    personal: { ...flag('with tenure, consent, author and reason'), default: false },
    bbox: bounded(200, 'west,south,east,north in degrees; left out: everywhere'),
  },
} as const;

export const REGISTER_SCHEMAS = {
  info: {
    tags,
    summary: 'The register: revision, regions, limits',
    querystring: noQuery,
    response: told(
      200,
      record({
        revision: count('changes with every version'),
        parcels: count('current ones'),
        regions: list(region),
        limits: anything('of the checks'),
        importLimits: anything('of files'),
        hasEligibility: flag(),
        hasSuggestions: flag(),
      }),
    ),
  },
  list: {
    tags,
    summary: 'Current versions, withdrawn ones left out',
    querystring: bboxQuery,
    response: told(200, record({ revision: count(), parcels: list(ref('ParcelVersion')) })),
  },
  parcel: {
    tags,
    summary: 'The current version of a parcel, withdrawn or not; its ETag is the version',
    params: parcelParams,
    querystring: noQuery,
    response: told(200, ref('ParcelVersion')),
  },
  history: {
    tags,
    summary: 'All versions of a parcel, the newest first, and the runs that measured one of them',
    params: parcelParams,
    querystring: noQuery,
    response: told(
      200,
      record({
        versions: list(ref('ParcelVersion')),
        results: list(record({ version, runId: text(), label: text() })),
      }),
    ),
  },
  add: {
    tags,
    summary: 'Registers a parcel',
    querystring: noQuery,
    body: newParcel,
    response: { ...told(201, ref('ParcelVersion')), ...taken },
  },
  batch: {
    tags,
    summary: 'Registers parcels, all or none',
    querystring: noQuery,
    body: strict(record({ parcels: { ...list(newParcel), minItems: 1, maxItems: 10_000 } })),
    response: {
      ...told(201, record({ revision: count(), parcels: list(ref('ParcelVersion'), 'in the order of the request') })),
      ...taken,
    },
  },
  edit: {
    tags,
    summary: 'Makes the next version of a parcel; one that was withdrawn is active again',
    params: parcelParams,
    querystring: noQuery,
    headers: ifMatch,
    body: strict(record(edit)),
    response: { ...told(200, ref('ParcelVersion')), ...taken, 412: ref('RegisterConflict') },
  },
  withdraw: {
    tags,
    summary: 'Withdraws a parcel, which is a new version too',
    params: parcelParams,
    querystring: noQuery,
    headers: ifMatch,
    body: strict(record({ author: edit.author, reason: edit.reason })),
    response: { ...told(200, ref('ParcelVersion')), 412: ref('RegisterConflict') },
  },
  import: {
    tags,
    summary: 'Reads and checks a parcel file, which is the body; registers nothing',
    description: 'At most 10 MB, 20 MB of a zip, and 10 files a minute.',
    consumes: ['application/octet-stream'],
    querystring: {
      type: 'object',
      required: ['name', 'region'],
      additionalProperties: false,
      properties: {
        name: said(255, 'of the file, for messages'),
        region: { ...bounded(128), minLength: 1 },
        crs: { ...text('to take where the file does not say'), pattern: '^EPSG:\\d{4,6}$' },
        layer: bounded(255, 'of a file with several'),
        idField: bounded(255, 'property whose value is the id'),
      },
    },
    response: told(
      200,
      record({
        file: andMaybe(record({ name: text(), sha256, format: choice(...PARCEL_FORMATS) }), ANSWERED),
        report: record({ summary: checkSummary, parcels: list(ref('CheckedParcel')) }),
        parcels: list(
          record({
            index: count(),
            idIsMadeUp: flag('the id of the report stands in for one that the file does not give'),
            place: text('in the file'),
            geometry: orNull(anything('GeoJSON')),
            attributes,
          }),
          'in the order of the report',
        ),
      }),
    ),
  },
  export: {
    tags,
    summary: 'Current parcels as a file',
    querystring: {
      ...exportQuery,
      properties: { ...exportQuery.properties, file: bounded(255, 'one of the report; left out: the first') },
    },
    response: {
      200: {
        description: 'The file',
        content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
      },
      ...failures,
    },
  },
  exportReport: {
    tags,
    summary: 'What an export holds, and what its format could not carry over unchanged',
    querystring: exportQuery,
    response: told(
      200,
      record({
        format: choice(...PARCEL_FORMATS),
        file: text(),
        parcels: count(),
        bytes: count(),
        sha256,
        limits: list(text(), 'one sentence each'),
        files: list(record({ name: text(), bytes: count() }), 'all there is to fetch'),
      }),
    ),
  },
  suggestions: {
    tags,
    summary: 'Land on which trees could grow, as canopy suggest wrote it',
    querystring: noQuery,
    response: {
      200: { description: 'GeoJSON', content: { 'application/geo+json': { schema: { type: 'object' } } } },
      ...failures,
    },
  },
  pack: {
    tags,
    summary: 'What an offline pack of a place holds, with exact lengths, before it is fetched',
    querystring: { ...bboxQuery, required: ['bbox'] },
    response: told(
      200,
      record({
        revision: count(),
        bytes: count('all together, unpacked'),
        files: list(record({ url: text(), bytes: count() })),
        maxZoom: orNull(count('down to this zoom there are tiles')),
      }),
    ),
  },
  check: {
    tags,
    summary: 'Looks at one drawing as an import would; registers nothing',
    querystring: noQuery,
    body: {
      type: 'object',
      required: ['regionId', 'id', 'geometry', 'attributes'],
      additionalProperties: false,
      properties: {
        regionId: { ...bounded(128), minLength: 1 },
        id: orNull({
          ...bounded(256, 'of a registered parcel that is edited: it does not overlap itself'),
          minLength: 1,
        }),
        geometry,
        attributes,
        from,
      },
    },
    response: told(
      200,
      record({
        parcel: ref('CheckedParcel'),
        eligibility: orNull(anything('traffic light; null without layers')),
      }),
    ),
  },
};
