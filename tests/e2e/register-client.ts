import type { GeoJsonGeometry } from '../../shared/api.ts';
import type { ParcelVersion, RegisterPage } from '../../shared/register.ts';
import type { Viewer } from './viewer-page.ts';

/** Somebody else who works with the same register. */
export class OtherClient {
  readonly #viewer: Viewer;
  constructor(viewer: Viewer) {
    this.#viewer = viewer;
  }

  parcels(): Promise<RegisterPage> {
    return this.#ask('GET', '/api/register/parcels');
  }

  parcel(id: string): Promise<ParcelVersion> {
    return this.#ask('GET', `/api/register/parcels/${encodeURIComponent(id)}`);
  }

  /** Registers a parcel whose boundary is a box. */
  add(name: string, box: readonly [number, number, number, number]): Promise<ParcelVersion> {
    return this.#ask('POST', '/api/register/parcels', {
      ...edit(name, boxGeometry(box)),
      draftId: `other-${name.replaceAll(' ', '-')}`,
      id: null,
      regionId: 'copargo',
    });
  }

  /** Moves a parcel to the east by some degrees and gives it another name, as its next version. */
  async move(id: string, byDeg: number, name: string): Promise<ParcelVersion> {
    const { geometry, attributes, version } = await this.parcel(id);
    const rings = geometry.coordinates as number[][][];
    const moved = { ...geometry, coordinates: rings.map((ring) => ring.map(([x, y]) => [x! + byDeg, y!])) };
    const body = { ...edit(name, moved as GeoJsonGeometry), attributes: { ...attributes, name } };
    return this.#ask('PUT', `/api/register/parcels/${encodeURIComponent(id)}`, body, { 'if-match': `"${version}"` });
  }

  async #ask<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    const { origin } = new URL(this.#viewer.url);
    const answer = await fetch(origin + path, {
      method,
      headers: { origin, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}

function edit(name: string, geometry: GeoJsonGeometry) {
  return {
    geometry,
    attributes: {
      name,
      intervention: 'planting',
      startDate: '2025-06-01',
      tenure: 'Acte 7',
      consent: null,
      statedHa: null,
      more: {},
    },
    author: 'Inès',
    reason: 'Bornes relevées au GPS',
    provenance: { kind: 'drawn', file: null, from: [], mends: [] },
  };
}

function boxGeometry([west, south, east, north]: readonly [number, number, number, number]): GeoJsonGeometry {
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  return { type: 'Polygon', coordinates: [ring] };
}
