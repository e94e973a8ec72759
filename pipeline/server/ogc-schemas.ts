import { isNumeric, resultColumns } from '../store/tables.ts';
import { MAX_LIMIT } from './ogc-query.ts';

/** What `/ogc/api` says of the OGC API's requests and answers, by path. */

const text = (description?: string) => ({ type: 'string', ...(description ? { description } : {}) }) as const;
const count = { type: 'integer', minimum: 0 } as const;
const ref = (name: string) => ({ $ref: `${name}#` }) as const;
const links = {
  type: 'array',
  items: {
    type: 'object',
    required: ['href'],
    properties: { href: text(), rel: text(), type: text(), title: text() },
  },
} as const;

const properties = {
  type: 'object',
  properties: Object.fromEntries(
    resultColumns.map(({ name, unit }) => {
      const type = !isNumeric(unit) ? 'string' : unit === 'count' ? 'integer' : 'number';
      const isPlain = !isNumeric(unit) || unit === 'count' || unit === 'number';
      const format = unit === 'day' ? { format: 'date' } : {};
      return [name, { type, nullable: true, ...format, ...(isPlain ? {} : { description: unit }) }];
    }),
  ),
} as const;

const feature = {
  type: 'object',
  required: ['type', 'geometry', 'properties'],
  properties: {
    type: { type: 'string', enum: ['Feature'] },
    id: text(),
    geometry: {
      type: 'object',
      nullable: true,
      properties: { type: text(), coordinates: { type: 'array', items: {} } },
    },
    properties,
    links,
  },
} as const;

const collection = {
  type: 'object',
  required: ['id', 'links'],
  properties: {
    id: text(),
    title: text(),
    description: text(),
    attribution: text(),
    itemType: text(),
    crs: { type: 'array', items: text() },
    extent: { type: 'object', additionalProperties: true },
    links,
  },
} as const;

function route(summary: string, schema: object, mediaType = 'application/json') {
  const failure = { content: { 'application/json': { schema: ref('ApiError') } } };
  return {
    tags: ['ogc'],
    summary,
    response: {
      200: { description: 'Success', content: { [mediaType]: { schema } } },
      '4xx': { description: 'The request was refused', ...failure },
      '5xx': { description: 'The server failed', ...failure },
    },
  };
}

const ITEMS_QUERY = {
  type: 'object',
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: 10, description: 'features in an answer' },
    offset: { ...count, default: 0, description: 'features to skip' },
    bbox: text('west,south,east,north in degrees (CRS84): features that meet this box; west may be east of east'),
    datetime: text('date-time or interval; parcels have no time of their own, so none is left out'),
  },
} as const;

const page = {
  type: 'object',
  required: ['type', 'features'],
  properties: {
    type: { type: 'string', enum: ['FeatureCollection'] },
    numberMatched: count,
    numberReturned: count,
    attribution: { type: 'array', items: text() },
    synthetic: { type: 'boolean' },
    links,
    features: { type: 'array', items: feature },
  },
} as const;

export const OGC_SCHEMAS: Readonly<Record<string, ReturnType<typeof route> & object>> = {
  '': route('Landing page', { type: 'object', required: ['links'], properties: { title: text(), links } }),
  '/api': route(
    'This definition',
    { type: 'object', additionalProperties: true },
    'application/vnd.oai.openapi+json;version=3.0',
  ),
  '/conformance': route('Conformance classes', {
    type: 'object',
    required: ['conformsTo'],
    properties: { conformsTo: { type: 'array', items: text() } },
  }),
  '/collections': route('The collections', {
    type: 'object',
    required: ['links', 'collections'],
    properties: { links, collections: { type: 'array', items: collection } },
  }),
  '/collections/parcels': route('The collection of parcels', collection),
  '/collections/parcels/items': {
    ...route('Parcels as GeoJSON, page by page', page, 'application/geo+json'),
    querystring: ITEMS_QUERY,
  } as ReturnType<typeof route>,
  '/collections/parcels/items/:id': {
    ...route('One parcel as GeoJSON', feature, 'application/geo+json'),
    params: { type: 'object', required: ['id'], properties: { id: text('parcel id') } },
  } as ReturnType<typeof route>,
};
