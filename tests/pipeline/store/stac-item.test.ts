import { expect, it } from 'vitest';
import { buildLayerItem, formatItem, type LayerDescription } from '../../../pipeline/store/stac-item.ts';
import { sampleProvenance } from './samples.ts';

const layer: LayerDescription = {
  fileName: 'ndvi-baseline-33TWL.tif',
  kind: 'ndvi',
  period: { start: '2023-08-10', end: '2023-08-13' },
  grid: { crs: 'EPSG:32633', transform: [120, 0, 499980, 0, -120, 5200020], widthPx: 915, heightPx: 800 },
  footprintDeg: [
    [15, 46],
    [16.4, 46],
    [16.4, 47],
    [15, 47],
    [15, 46],
  ],
  bboxDeg: [15, 46, 16.4, 47],
  bands: [{ name: 'ndvi', dataType: 'int16', scale: 0.0001, offset: 0, nodata: -32768, unit: '1' }],
  method: 'Median of the clear NDVI of the period.',
  sources: [
    { id: 'S-2', href: '/items/S-2.json' },
    { id: 'S-1', href: '/items/S-1.json' },
  ],
  sha256: 'ab'.repeat(32),
  bytes: 1234,
  provenance: { ...sampleProvenance, synthetic: true },
};

it('describes a layer of 915 × 800 pixels with rows before columns, its span of 4 days, and how to read its numbers', () => {
  const item = JSON.parse(formatItem(buildLayerItem(layer)));
  expect(item).toMatchObject({
    id: 'ndvi-baseline-33TWL',
    bbox: [15, 46, 16.4, 47],
    properties: {
      datetime: null,
      start_datetime: '2023-08-10T00:00:00Z',
      end_datetime: '2023-08-13T23:59:59Z',
      'proj:code': 'EPSG:32633',
      'proj:epsg': 32633,
      'proj:shape': [800, 915],
      'proj:transform': [120, 0, 499980, 0, -120, 5200020],
      'twin_canopy:method': 'Median of the clear NDVI of the period.',
      'twin_canopy:synthetic': true,
    },
  });
  expect(item.assets.data).toMatchObject({
    href: './ndvi-baseline-33TWL.tif',
    'file:checksum': `1220${layer.sha256}`,
    'raster:bands': [
      { data_type: 'int16', scale: 0.0001, offset: 0, nodata: -32768, unit: '1', spatial_resolution: 120 },
    ],
  });
});

it('links the 2 scenes it was derived from by id, in one order', () => {
  const links = buildLayerItem(layer).links as { rel: string; title?: string }[];
  expect(links.filter((link) => link.rel === 'derived_from').map((link) => link.title)).toEqual(['S-1', 'S-2']);
});

it('leaves nodata away where a band has none', () => {
  const bands = ['red', 'green', 'blue'].map((name) => ({ ...layer.bands[0]!, name, nodata: null }));
  const { data } = buildLayerItem({ ...layer, kind: 'true-color', bands }).assets as { data: Record<string, object[]> };
  expect(data.roles).toEqual(['visual']);
  expect(data['raster:bands']).toHaveLength(3);
  expect(data['raster:bands']![0]).not.toHaveProperty('nodata');
});
