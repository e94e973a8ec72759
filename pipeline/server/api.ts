import type { FastifyInstance } from 'fastify';
import {
  CHANGE_CHOICES,
  type Health,
  type ParcelDetail,
  type ParcelPage,
  type ParcelQuery,
  type Series,
} from '../../shared/api.ts';
import { CHANGE_CONFIDENCES } from '../../shared/change.ts';
import { type ParcelStatus, STATUS_COLOURS } from '../../shared/ramps.ts';
import { API_SCHEMAS } from './api-schemas.ts';
import { currentOrNone } from './current-results.ts';
import { HttpFailure } from './failure.ts';
import { sendJson } from './json-reply.ts';
import { listParcels, type ParcelList } from './parcel-list.ts';
import type { Results } from './results.ts';

/** A query as it comes over HTTP; the defaults are filled in by the schema. */
interface ListQuery {
  readonly q: string;
  readonly status: string;
  readonly change: string;
  readonly confidence: string;
  readonly sort: ParcelQuery['sort'];
  readonly order: ParcelQuery['order'];
}

const STATUSES = Object.keys(STATUS_COLOURS) as ParcelStatus[];

interface ApiOptions {
  readonly current: () => Results;
  /** Path of the queue dashboard. */
  readonly dashboard: string | null;
}

/** Adds the server's own API, as `shared/api.ts` describes it. */
export function registerApi(app: FastifyInstance, { current, dashboard }: ApiOptions): void {
  app.get('/api/health', { schema: API_SCHEMAS.health }, (request, reply) => {
    const health: Health = { status: 'ok', version: currentOrNone(current)?.version ?? null, dashboard };
    return sendJson(request, reply, health);
  });

  app.get('/api/run', { schema: API_SCHEMAS.run }, (request, reply) => sendJson(request, reply, current().run));

  app.get('/api/twin', { schema: API_SCHEMAS.twin }, (request, reply) => sendJson(request, reply, current().twin));

  app.get('/api/change', { schema: API_SCHEMAS.change }, (request, reply) =>
    sendJson(request, reply, current().change),
  );

  app.get<{ Querystring: ListQuery & { readonly offset: number; readonly limit: number } }>(
    '/api/parcels',
    { schema: API_SCHEMAS.parcels },
    (request, reply) => {
      const { offset, limit } = request.query;
      const results = current();
      const { positions } = listParcels(results, toQuery(request.query));
      const rows = [...positions.subarray(offset, offset + limit)].map((position) => results.parcels[position]!);
      const page: ParcelPage = { total: positions.length, offset, rows };
      return sendJson(request, reply, page);
    },
  );

  app.get<{ Params: { readonly id: string }; Querystring: ListQuery }>(
    '/api/parcels/:id',
    { schema: API_SCHEMAS.parcel },
    async (request, reply) => {
      const results = current();
      const position = positionOf(results, request.params.id);
      const list = listParcels(results, toQuery(request.query));
      const detail: ParcelDetail = {
        parcel: results.parcels[position]!,
        geometry: await results.readGeometry(position),
        ...neighbours(results, list, position),
      };
      return sendJson(request, reply, detail);
    },
  );

  app.get<{ Params: { readonly id: string } }>(
    '/api/parcels/:id/observations',
    { schema: API_SCHEMAS.observations },
    async (request, reply) => {
      const results = current();
      const { id } = request.params;
      const series: Series = { parcelId: id, points: await results.readSeries(positionOf(results, id)) };
      return sendJson(request, reply, series);
    },
  );

  app.get<{ Params: { readonly id: string } }>(
    '/api/parcels/:id/change',
    { schema: API_SCHEMAS.parcelChange },
    async (request, reply) => {
      const results = current();
      return sendJson(request, reply, await results.readChange(positionOf(results, request.params.id)));
    },
  );
}

/** Throws 404 where the results hold no such parcel. */
export function positionOf(results: Results, id: string): number {
  const position = results.positionOf.get(id);
  if (position !== undefined) return position;
  throw new HttpFailure(404, 'E_NO_PARCEL', `There is no parcel "${id}" in these results.`);
}

function toQuery({ q, status, change, confidence, sort, order }: ListQuery): ParcelQuery {
  return {
    q,
    status: namesOf('status', status, STATUSES),
    change: namesOf('change', change, CHANGE_CHOICES),
    confidence: namesOf('confidence', confidence, CHANGE_CONFIDENCES),
    sort,
    order,
  };
}

/** The names of a list with commas. Throws 400 at one that is unknown. */
function namesOf<Name extends string>(what: string, text: string, known: readonly Name[]): Name[] {
  const wanted = text.split(',').filter((name) => name !== '');
  const unknown = wanted.find((name) => !known.includes(name as Name));
  if (unknown === undefined) return wanted as Name[];
  throw new HttpFailure(400, 'E_REQUEST', `The ${what} "${unknown}" is unknown; there are ${known.join(', ')}.`);
}

function neighbours({ parcels, positionOf }: Results, { positions, placeOf }: ParcelList, position: number) {
  const place = placeOf(position);
  const idOf = (at: number) => (positions[at] === undefined ? null : parcels[positions[at]]!.parcelId);
  // A refused parcel may repeat the id of another one, which is the one that opens by it: stepping passes it by.
  const isRepeated = (at: number) => positions[at] !== undefined && positionOf.get(idOf(at)!) !== positions[at];
  const step = (by: 1 | -1) => {
    let at = place + by;
    while (isRepeated(at)) at += by;
    return idOf(at);
  };
  const isListed = place !== -1;
  return {
    position: isListed ? place : null,
    total: positions.length,
    previousId: isListed ? step(-1) : null,
    nextId: isListed ? step(1) : null,
  };
}
