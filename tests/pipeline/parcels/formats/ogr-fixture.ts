import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { runGdal } from '../../../gdal.ts';

/** Lets ogr2ogr turn GeoJSON into another format; several files come back as a zip. */
export async function makeWithOgr(geojson: unknown, file: string, ...flags: string[]): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'ogr-'));
  try {
    const source = join(folder, 'source.geojson');
    writeFileSync(source, JSON.stringify(geojson));
    const out = join(folder, 'out');
    const target = join(out, file);
    mkdirSync(out);
    await runGdal('ogr2ogr', ...flags, target, source);
    const made = readdirSync(out);
    if (made.length === 1) return readFileSync(join(out, made[0]!));
    return zipSync(Object.fromEntries(made.map((name) => [name, readFileSync(join(out, name))])));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Text of ogr2ogr's own GeoJSON of some bytes, coordinates with 15 decimals. */
export async function readWithOgr(bytes: Uint8Array, file: string): Promise<{ features: OgrFeature[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'ogr-'));
  try {
    writeFileSync(join(folder, file), bytes);
    const text = await runGdal(
      'ogr2ogr',
      '-f',
      'GeoJSON',
      '/vsistdout/',
      join(folder, file),
      '-lco',
      'COORDINATE_PRECISION=15',
    );
    return JSON.parse(text) as { features: OgrFeature[] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface OgrFeature {
  readonly id?: unknown;
  readonly properties: Record<string, unknown>;
  readonly geometry: { readonly type: string; readonly coordinates: unknown[] };
}
