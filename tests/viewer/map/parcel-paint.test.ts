import { describe, expect, it } from 'vitest';
import { hatchImage, matchesQuery, outlineZoom, parcelLayers } from '../../../viewer/map/parcel-paint.ts';

const palette = {
  ground: '#fff',
  ink: '#000',
  inkSoft: '#555',
  line: '#888',
  accent: '#05a',
  control: '#0a0',
  casing: '#fff',
  isDark: false,
};
const query = { q: '', status: [], change: [], confidence: [], sort: 'parcelId', order: 'asc' } as const;

describe('parcels on the map', () => {
  it('fades nothing without a query, and asks for both parts with one', () => {
    expect(matchesQuery(query)).toBe(true);
    expect(matchesQuery({ ...query, q: 'Cop-1', status: ['loss', 'gain'] })).toEqual([
      'all',
      ['in', 'cop-1', ['downcase', ['to-string', ['get', 'id']]]],
      ['in', ['get', 'status'], ['literal', ['loss', 'gain']]],
    ]);
  });

  it('asks for what the series says and how sure that is; a parcel without a word on it is not judged', () => {
    expect(matchesQuery({ ...query, change: ['loss', 'not_judged'], confidence: ['high'] })).toEqual([
      'all',
      ['in', ['coalesce', ['get', 'change_finding'], 'not_judged'], ['literal', ['loss', 'not_judged']]],
      ['in', ['get', 'change_confidence'], ['literal', ['high']]],
    ]);
  });

  it('draws the outline of each of the 5 statuses once, 2 of them dashed', () => {
    const outlines = parcelLayers({ query, palette, hasRaster: true, fullZoom: 8 }).filter(({ id }) =>
      id.startsWith('parcels-line'),
    );
    const statuses = outlines.flatMap((one) => ((one as { filter: unknown[] }).filter[2] as [string, string[]])[1]);
    expect(statuses.toSorted()).toEqual(['gain', 'loss', 'no_data', 'not_distinguishable', 'stable']);
    expect(outlines.filter((one) => 'line-dasharray' in (one.paint ?? {}))).toHaveLength(2);
  });

  it('draws full outlines where 16 pixels part the parcels: zoom 3.5 + 2 for each quarter of their distance', () => {
    // 360° / 512 px = 0.703125° a pixel at zoom 0; 100 parcels on 10° × 10° stand 1° apart, 16 px of it at 2^3.49.
    const zoomOf = (parcels: number) => outlineZoom({ bboxDeg: [0, 0, 10, 10], parcels });
    expect(zoomOf(1600)).toBeCloseTo(5.5, 9);
    expect(zoomOf(25_600)).toBeCloseTo(7.5, 9);
    expect([zoomOf(0), zoomOf(1e12)]).toEqual([4, 14]);
  });

  it('makes a hatch that repeats without a seam every 8 pixels', () => {
    const { data, width } = hatchImage(8);
    const isStroke = (col: number, row: number) => data[((row % 8) * width + (col % 8)) * 4 + 3] === 255;
    for (let i = 0; i < 16; i++) expect(isStroke(i, 15 - i + 8)).toBe(isStroke(0, 7));
  });
});
