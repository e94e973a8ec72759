import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { numbersOfShape, polygonPairs } from '../../../scripts/fixtures/polygon-pairs.ts';
import type { Shape } from '../../../scripts/fixtures/shapes.ts';

/** What GEOS finds wrong with a polygon. */
export interface GeosFault {
  readonly reason: string;
  readonly place: readonly [x: number, y: number];
}

export interface GeosPair {
  readonly kind: string;
  readonly shapes: readonly [Shape, Shape];
  readonly faults: readonly [GeosFault | null, GeosFault | null];
  /** Null unless both are valid; areas in square degrees. */
  readonly common: {
    readonly areas: readonly [number, number];
    readonly area: number;
    readonly relation: string;
  } | null;
}

/** The 10,000 pairs with what GEOS says of them. Throws when the generator no longer draws what GEOS was asked about. */
export function geosPairs(): GeosPair[] {
  const packed = readFileSync(join(import.meta.dirname, '../../fixtures/geos/answers.txt.gz'));
  const [head, ...lines] = gunzipSync(packed).toString().trimEnd().split('\n');
  const hash = createHash('sha256');
  const pairs = [...polygonPairs()].map(({ kind, a, b }, i): GeosPair => {
    for (const shape of [a, b]) hash.update(new Uint8Array(numbersOfShape(shape).buffer));
    const [faultA, faultB, areaA, areaB, area, relation] = lines[i]!.split('\t');
    const common =
      relation === undefined ? null : { areas: [Number(areaA), Number(areaB)] as const, area: Number(area), relation };
    return { kind, shapes: [a, b], faults: [faultOf(faultA!), faultOf(faultB!)], common };
  });
  const [version, expected] = head!.split('\t');
  const got = hash.digest('hex');
  if (got !== expected) {
    throw new Error(
      `The pairs have SHA-256 ${got}, ${version} was asked about ${expected}: make tests/fixtures/geos anew.`,
    );
  }
  return pairs;
}

function faultOf(text: string): GeosFault | null {
  if (text === 'v') return null;
  const words = text.split(' ');
  return { reason: words.slice(0, -2).join(' '), place: [Number(words.at(-2)), Number(words.at(-1))] };
}
