import type {
  ChangeInfo,
  GeoJsonGeometry,
  LayerInfo,
  ParcelChangeInfo,
  ParcelRow,
  RunInfo,
  SeriesPoint,
  TwinInfo,
} from '../../shared/api.ts';
import type { Grid } from '../../shared/grid.ts';
import type { Plan } from '../plan.ts';

/** One COG of a layer; a layer has one per source grid, joined when tiles are drawn. */
export interface LayerFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly grid: Grid;
}

export interface ServedLayer {
  readonly info: LayerInfo;
  readonly files: readonly LayerFile[];
}

/** What serving needs of a run's plan; parcels and units stay in the file, they may be 100,000. */
export type ServedPlan = Pick<Plan, 'runId' | 'params' | 'grids' | 'scenes' | 'acquisitions' | 'hasColour'> & {
  /** Why change over time was not judged; null where it was, or where the plan is too old to say. */
  readonly changeNote: string | null;
};

/** The results of one run as they lie in a folder, read once and shown until the folder changes. */
export interface Results {
  readonly dir: string;
  /** As in `RunInfo`: goes into ETags. */
  readonly version: string;
  readonly run: RunInfo;
  readonly layers: ReadonlyMap<string, ServedLayer>;
  readonly parcels: readonly ParcelRow[];
  readonly positionOf: ReadonlyMap<string, number>;
  readonly twin: TwinInfo | null;
  readonly change: ChangeInfo;
  /** Scenes and acquisitions with their files; null where the folder came without its plan. */
  readonly plan: ServedPlan | null;
  /** The parcel's feature as parcels.geojson has it: one line of JSON. */
  readFeature(position: number): Promise<string>;
  /** Of a refused parcel without geometry: a MultiPolygon of no polygons. */
  readGeometry(position: number): Promise<GeoJsonGeometry>;
  readSeries(position: number): Promise<readonly SeriesPoint[]>;
  readChange(position: number): Promise<ParcelChangeInfo>;
  /** Closes the files; reading fails afterwards. */
  close(): Promise<void>;
}
