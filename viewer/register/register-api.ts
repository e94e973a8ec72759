import type { ApiError } from '../../shared/api.ts';
import type { Bbox } from '../../shared/grid.ts';
import type { CheckedParcel, ParcelFormat } from '../../shared/parcel-check.ts';
import type {
  BatchAnswer,
  CheckAnswer,
  CheckRequest,
  ExportReport,
  NewParcel,
  PackManifest,
  ParcelEdit,
  ParcelHistory,
  ParcelVersion,
  ParcelWithdrawal,
  RegisterBatch,
  RegisterConflict,
  RegisterInfo,
  RegisterPage,
} from '../../shared/register.ts';
import { ApiFailure } from '../api.ts';
import { PACK_HEADER } from '../offline/cache-names.ts';
import { useStore } from '../state.ts';

/** The register did not take something; `parcels` says what the check found, where it was the check. */
export class RegisterFailure extends ApiFailure {
  /** Of HTTP. */
  readonly status: number;
  readonly parcels: readonly CheckedParcel[];
  constructor({ code, message }: ApiError['error'], status: number, parcels: readonly CheckedParcel[]) {
    super(code, message);
    this.name = 'RegisterFailure';
    this.status = status;
    this.parcels = parcels;
  }
}

/** Somebody was faster: the version that the change was made on is not the newest any more. */
export class ConflictFailure extends ApiFailure {
  readonly conflict: RegisterConflict;
  constructor(conflict: RegisterConflict) {
    super(conflict.error.code, conflict.error.message);
    this.name = 'ConflictFailure';
    this.conflict = conflict;
  }
}

interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** @throws ApiFailure `E_OFFLINE`, ConflictFailure on 412, RegisterFailure on every other refusal */
async function ask<T>(path: string, { method = 'GET', body, headers = {}, signal }: Ask = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw offline();
  }
  const answer = (await response.json().catch(() => undefined)) as unknown;
  if (signal?.aborted) throw new DOMException('Aborted', 'AbortError');
  const packed = response.headers.get(PACK_HEADER);
  if (packed !== null) useStore.getState().set({ isConnected: false, lastDataMs: Date.parse(packed) });
  return take<T>(response.status, answer, packed === null);
}

/** The answer of a request that came through, or its failure. */
function take<T>(status: number, answer: unknown, isLive: boolean): T {
  if (answer === undefined || answer === null) throw status < 400 ? offline() : refusal(status, answer);
  if (isLive) useStore.getState().set({ isConnected: true, lastDataMs: Date.now() });
  if (status === 412 && (answer as Partial<RegisterConflict>).current) {
    throw new ConflictFailure(answer as RegisterConflict);
  }
  if (status >= 400) throw refusal(status, answer);
  return answer as T;
}

function offline(): ApiFailure {
  useStore.getState().set({ isConnected: false });
  return new ApiFailure('E_OFFLINE', 'The server does not answer.');
}

function refusal(status: number, answer: unknown): RegisterFailure {
  const { error, parcel, parcels } = (answer ?? {}) as Partial<ApiError> & {
    parcel?: CheckedParcel;
    parcels?: readonly CheckedParcel[];
  };
  const found = parcel ? [parcel] : Array.isArray(parcels) ? parcels : [];
  return new RegisterFailure(error ?? { code: `HTTP_${status}`, message: `HTTP ${status}` }, status, found);
}

const ROOT = '/api/register';
const parcelPath = (id: string) => `${ROOT}/parcels/${encodeURIComponent(id)}`;
const ifMatch = (version: number) => ({ 'if-match': `"${version}"` });

interface ExportOf {
  readonly format: Exclude<ParcelFormat, 'gpx'>;
  /** Whether tenure and consent are in it. */
  readonly personal: boolean;
}

/** A file that an export is made of; some formats need more than one. */
export interface ExportFiles extends ExportReport {
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

/** Where a file of the register is to be had. */
export function exportAddress({ format, personal }: ExportOf, file: string): string {
  return `${ROOT}/export?${new URLSearchParams({ format, personal: String(personal), file })}`;
}

function exportReportAddress({ format, personal }: ExportOf): string {
  return `${ROOT}/export/report?${new URLSearchParams({ format, personal: String(personal) })}`;
}

export const registerApi = {
  info: (signal?: AbortSignal) => ask<RegisterInfo>(ROOT, { signal }),
  parcels: (bbox: Bbox | null, signal?: AbortSignal) =>
    ask<RegisterPage>(`${ROOT}/parcels${bbox ? `?bbox=${bbox.join(',')}` : ''}`, { signal }),
  history: (id: string, signal?: AbortSignal) => ask<ParcelHistory>(`${parcelPath(id)}/versions`, { signal }),
  check: (request: CheckRequest, signal?: AbortSignal) =>
    ask<CheckAnswer>(`${ROOT}/check`, { method: 'POST', body: request, signal }),
  add: (parcel: NewParcel) => ask<ParcelVersion>(`${ROOT}/parcels`, { method: 'POST', body: parcel }),
  addAll: (batch: RegisterBatch) => ask<BatchAnswer>(`${ROOT}/parcels/batch`, { method: 'POST', body: batch }),
  change: (id: string, version: number, edit: ParcelEdit) =>
    ask<ParcelVersion>(parcelPath(id), { method: 'PUT', body: edit, headers: ifMatch(version) }),
  withdraw: (id: string, version: number, why: ParcelWithdrawal) =>
    ask<ParcelVersion>(parcelPath(id), { method: 'DELETE', body: why, headers: ifMatch(version) }),
  exportReport: (what: ExportOf) => ask<ExportFiles>(exportReportAddress(what)),
  /** A FeatureCollection as `canopy suggest` writes it. */
  suggestions: (signal?: AbortSignal) => ask<unknown>(`${ROOT}/suggestions`, { signal }),
  pack: (bbox: Bbox, signal?: AbortSignal) => ask<PackManifest>(`${ROOT}/pack?bbox=${bbox.join(',')}`, { signal }),
};
