import type { Grid } from './grid.ts';

/** STAC common names, and the classification bands by their role. */
export type BandName =
  | 'coastal'
  | 'blue'
  | 'green'
  | 'red'
  | 'rededge1'
  | 'rededge2'
  | 'rededge3'
  | 'nir'
  | 'nir08'
  | 'swir16'
  | 'swir22'
  | 'scl'
  | 'qa_pixel'
  | 'fmask'
  | 'ndvi';

/** One band of a scene: where its file is, on which grid, and how a DN becomes a value (value = DN·scale + offset). */
export interface Band {
  readonly name: BandName;
  /** Absolute file path or https URL (never signed: signing happens when it is read). */
  readonly href: string;
  readonly grid: Grid;
  readonly dataType: 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'float32' | 'float64';
  readonly nodata: number | null;
  readonly scale: number;
  readonly offset: number;
  /** Multihash of the file in hexadecimal, where the item states one. */
  readonly checksum?: string;
}

/** How clear pixels are told from cloudy ones. `nodata`: an index asset whose nodata is its mask. */
export type MaskRule = 'scl' | 'qa_pixel' | 'fmask' | 'nodata';

/** Sensors whose reflectances may enter one composite without harmonisation. */
export type SensorFamily = 'msi' | 'oli' | 'tm-etm';

/**
 * Whether `offset` was added to the DN already, and how we know. `verify` holds the offset that the metadata leaves in
 * doubt, for the pixel check to accept or quarantine the scene.
 */
export interface OffsetEvidence {
  readonly rule: 'baseline' | 'flag' | 'collection' | 'none';
  readonly applied: boolean;
}

/** T1 geometry is good enough for series, T2 is not, RT is provisional until it is made anew. */
export type LandsatTier = 'T1' | 'T2' | 'RT';

/** Our parsed item: everything the pipeline needs to know about one granule of one acquisition. */
export interface Scene {
  readonly id: string;
  readonly collection: string;
  readonly platform: string;
  readonly family: SensorFamily;
  /** ISO 8601 in UTC, from the item's `datetime`. */
  readonly datetime: string;
  /** Names the source grid: tile code or path/row, CRS, cell size and phase. Scenes with one key share a lattice. */
  readonly gridKey: string;
  /** The datatake without its processing-baseline suffix, or null where the provider gives none. */
  readonly datatake: string | null;
  /** Processing baseline such as `05.09`, or null. */
  readonly baseline: string | null;
  readonly maskRule: MaskRule;
  readonly bands: Readonly<Partial<Record<BandName, Band>>>;
  readonly offsetEvidence: OffsetEvidence;
  /** Ground covered by the item in lon/lat, as the item states it: only for preselection. */
  readonly bboxDeg: readonly [number, number, number, number];
  /** The item's own attribution or licence words. */
  readonly attribution: string;
  readonly synthetic: boolean;
  /** Landsat quality tier; null or absent where the item states none. */
  readonly tier?: LandsatTier | null;
  /** Start of sensing of the datastrip, ISO 8601: the parts of a split datatake differ in it, reprocessed copies do not. */
  readonly sensingStart?: string | null;
  /** When the provider made the product, ISO 8601: of two copies the later one counts. */
  readonly productTime?: string | null;
  /** Where the item itself came from: absolute path or URL. */
  readonly itemHref: string;
}

/** Scenes of one platform's pass: at most one per parcel and acquisition becomes an observation. */
export interface Acquisition {
  readonly id: string;
  readonly platform: string;
  /** The earliest datetime of its scenes. */
  readonly datetime: string;
  /** Ids of the scenes, sorted. */
  readonly sceneIds: readonly string[];
}

/** A copy of a scene that a newer one replaces. */
export interface SupersededScene {
  readonly id: string;
  readonly supersededBy: string;
  readonly reason: string;
}

export interface RefusedScene {
  readonly id: string;
  readonly code: string;
  readonly reason: string;
}
