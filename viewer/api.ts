import type {
  ApiError,
  ChangeInfo,
  Health,
  ParcelChangeInfo,
  ParcelDetail,
  ParcelPage,
  ParcelQuery,
  RunInfo,
  Series,
  TwinInfo,
} from '../shared/api.ts';
import type { OperationsView, RunRequest } from '../shared/operations.ts';
import { PACK_HEADER } from './offline/cache-names.ts';
import { useStore } from './state.ts';

/** A failure with words for a person: the server's own sentence, or that it cannot be reached. */
export class ApiFailure extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'ApiFailure';
    this.code = code;
  }
}

/** `E_OFFLINE` when the server does not answer; its other failures carry its code and sentence. */
async function getJson<T>(path: string, signal?: AbortSignal, body?: unknown): Promise<T> {
  const { set } = useStore.getState();
  let response: Response;
  try {
    response = await fetch(path, { ...requestOf(body), ...(signal ? { signal } : {}) });
  } catch (error) {
    if (signal?.aborted) throw error;
    set({ isConnected: false });
    throw new ApiFailure('E_OFFLINE', 'The server does not answer.');
  }
  // A body that breaks off or is no JSON is no answer; `null` is one.
  const answer = (await response.json().catch(() => undefined)) as T | ApiError | undefined;
  if (signal?.aborted) throw new DOMException('Aborted', 'AbortError');
  if (!response.ok) {
    const failure = (answer as ApiError | undefined)?.error;
    throw new ApiFailure(failure?.code ?? `HTTP_${response.status}`, failure?.message ?? response.statusText);
  }
  if (answer === undefined) {
    set({ isConnected: false });
    throw new ApiFailure('E_OFFLINE', 'The server does not answer.');
  }
  // What comes out of an offline pack is as old as the pack, and no sign of a server.
  const packed = response.headers.get(PACK_HEADER);
  set(
    packed === null
      ? { isConnected: true, lastDataMs: Date.now() }
      : { isConnected: false, lastDataMs: Date.parse(packed) },
  );
  return answer as T;
}

function requestOf(body: unknown): RequestInit {
  const accept = 'application/json';
  if (body === undefined) return { headers: { accept } };
  return { method: 'POST', headers: { accept, 'content-type': accept }, body: JSON.stringify(body) };
}

function queryText({ q, status, change, confidence, sort, order }: ParcelQuery): string {
  const params = new URLSearchParams({ sort, order });
  if (q !== '') params.set('q', q);
  for (const [name, wanted] of Object.entries({ status, change, confidence }))
    if (wanted.length > 0) params.set(name, wanted.join(','));
  return params.toString();
}

export const api = {
  health: (signal?: AbortSignal) => getJson<Health>('/api/health', signal),
  run: (signal?: AbortSignal) => getJson<RunInfo>('/api/run', signal),
  twin: (signal?: AbortSignal) => getJson<TwinInfo | null>('/api/twin', signal),
  parcels: (query: ParcelQuery, page: { offset: number; limit: number }, signal?: AbortSignal) =>
    getJson<ParcelPage>(`/api/parcels?${queryText(query)}&offset=${page.offset}&limit=${page.limit}`, signal),
  parcel: (id: string, query: ParcelQuery, signal?: AbortSignal) =>
    getJson<ParcelDetail>(`/api/parcels/${encodeURIComponent(id)}?${queryText(query)}`, signal),
  change: (signal?: AbortSignal) => getJson<ChangeInfo>('/api/change', signal),
  parcelChange: (id: string, signal?: AbortSignal) =>
    getJson<ParcelChangeInfo>(`/api/parcels/${encodeURIComponent(id)}/change`, signal),
  series: (id: string, signal?: AbortSignal) =>
    getJson<Series>(`/api/parcels/${encodeURIComponent(id)}/observations`, signal),
  operations: (signal?: AbortSignal) => getJson<OperationsView>('/api/operations', signal),
  askRun: (request: RunRequest) => getJson<unknown>('/api/operations/requests', undefined, request),
};

/** Server-sent events of the name `operations`, each with an `OperationsView`. */
export const OPERATIONS_EVENTS = '/api/operations/events';

/** Picture of one parcel on one acquisition, its outline drawn in; `version` makes it cacheable for good. */
export function chipAddress(
  id: string,
  acquisition: number,
  {
    style,
    clouds,
    sizePx,
    version,
  }: { style: 'true-color' | 'false-color'; clouds: boolean; sizePx: number; version: string },
): string {
  return `/api/parcels/${encodeURIComponent(id)}/chips/${acquisition}.png?style=${style}&clouds=${clouds}&size=${sizePx}&v=${version}`;
}
