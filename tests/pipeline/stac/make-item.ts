export interface ItemParts {
  readonly id?: string;
  readonly collection?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly assets?: Readonly<Record<string, unknown>>;
  readonly bbox?: readonly number[] | undefined;
  readonly geometry?: unknown;
  readonly transform?: readonly unknown[];
  readonly gridPerAsset?: boolean;
  readonly redHref?: string;
  readonly dataType?: string;
  /** `file:checksum` of red. */
  readonly checksum?: string;
  /** An asset to leave out. */
  readonly drop?: string;
}

/** A Sentinel-2 item as Earth Search v1 writes it, with parts replaced. */
export function makeItem(parts: ItemParts = {}) {
  const grid =
    parts.gridPerAsset === false
      ? {}
      : { 'proj:transform': parts.transform ?? [10, 0, 499980, 0, -10, 5100000], 'proj:shape': [100, 100] };
  const bands = [{ nodata: 0, data_type: parts.dataType ?? 'uint16', scale: 0.0001, offset: -0.1 }];
  const assets: Record<string, unknown> = {
    red: { href: parts.redHref ?? './B04.tif', ...grid, 'raster:bands': bands, 'file:checksum': parts.checksum },
    nir: { href: './B08.tif', ...grid, 'raster:bands': bands },
    scl: { href: './SCL.tif', ...grid, 'raster:bands': [{ nodata: 0, data_type: 'uint8' }] },
  };
  if (parts.drop) delete assets[parts.drop];
  return {
    type: 'Feature',
    stac_version: '1.0.0',
    id: parts.id ?? 'S2A_33TWL_20230815_0_L2A',
    collection: parts.collection ?? 'sentinel-2-l2a',
    bbox: 'bbox' in parts ? parts.bbox : [15, 45, 16.4, 46],
    geometry: parts.geometry ?? null,
    properties: {
      datetime: '2023-08-15T09:57:57.246000Z',
      platform: 'sentinel-2a',
      'proj:epsg': 32633,
      'grid:code': 'MGRS-33TWL',
      's2:processing_baseline': '05.09',
      's2:datatake_id': 'GS2A_20230815T095031_042547_N05.09',
      's2:datastrip_id': 'S2A_OPER_MSI_L2A_DS_2APS_20230815T155057_S20230815T095630_N05.09',
      's2:generation_time': '2023-08-15T15:50:57.000000Z',
      'earthsearch:boa_offset_applied': true,
      ...parts.properties,
    },
    assets: parts.assets ?? assets,
    links: [] as unknown[],
  };
}
