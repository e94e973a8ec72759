import { CompositeLayer, type FilterContext, type Layer, type UpdateParameters } from '@deck.gl/core';
import { _Tileset2D as Tileset2D, type _Tileset2DProps as Tileset2DProps } from '@deck.gl/geo-layers';
import type { LayerInfo } from '../../shared/api.ts';
import { RasterLayer, type RasterLook, type Texture } from './raster-layer.ts';
import { TILE_PX, valueTileBytes } from './value-tile.ts';

type Device = RasterLayer['context']['device'];
type TileIndex = { readonly x: number; readonly y: number; readonly z: number };
type Tile = Tileset2D['tiles'][number];

interface RasterTileProps {
  info: LayerInfo;
  version: string;
  look: RasterLook;
  /** The style layer it is drawn below. */
  beforeId: string;
  /** Called when a request failed, with whether the server could be reached at all. */
  onTrouble: (isReachable: boolean) => void;
}

interface RasterTileState {
  [key: string]: unknown;
  readonly tileset: Tileset2D;
  /** Tiles whose last request failed. */
  readonly failed: Set<Tile>;
  readonly frame: number;
}

const SHARP = {
  minFilter: 'nearest',
  magFilter: 'nearest',
  addressModeU: 'clamp-to-edge',
  addressModeV: 'clamp-to-edge',
} as const;

/** Ramp colours as a texture of one row. */
export function makeRampTexture(device: Device, colours: readonly (readonly [number, number, number])[]): Texture {
  const data = new Uint8Array(colours.flatMap(([red, green, blue]) => [red, green, blue, 255]));
  return device.createTexture({ format: 'rgba8unorm', width: colours.length, height: 1, data, sampler: SHARP });
}

/**
 * Tiles of one layer as textures; their look can change without a new request or upload. Does what deck.gl's TileLayer
 * does with the same tileset, and asks again for what failed; without the vector layers that TileLayer brings along
 * (60 kB of the first map).
 */
export class RasterTileLayer extends CompositeLayer<RasterTileProps> {
  static override layerName = 'RasterTileLayer';
  static override defaultProps = {
    info: { type: 'object', value: null, ignore: true },
    look: { type: 'object', value: null, compare: false },
    onTrouble: { type: 'function', value: () => {} },
  } as never;
  declare state: RasterTileState;

  override initializeState() {
    this.state = { tileset: new Tileset2D(this.#options()), failed: new Set(), frame: 0 };
  }

  /** Bound to this instance: deck.gl makes a new one whenever a prop changes and keeps only the state. */
  #options(): Tileset2DProps {
    const { info, onTrouble } = this.props;
    return {
      tileSize: TILE_PX,
      zoomOffset: window.devicePixelRatio >= 1.5 ? 1 : 0,
      minZoom: info.minZoom,
      maxZoom: info.maxZoom,
      extent: [...info.bboxDeg] as [number, number, number, number],
      refinementStrategy: 'no-overlap',
      getTileData: (tile) => this.#load(tile),
      onTileLoad: (tile) => this.#renew(tile),
      onTileError: (error, tile) => {
        this.state.failed.add(tile);
        onTrouble(!(error instanceof TypeError));
        this.#renew(tile);
      },
      onTileUnload: (tile) => {
        this.state.failed.delete(tile);
        (tile.content as Texture | null)?.destroy();
      },
    };
  }

  override finalizeState(context: this['context']) {
    for (const tile of this.state.tileset.tiles) (tile.content as Texture | null)?.destroy();
    this.state.tileset.finalize();
    super.finalizeState(context);
  }

  override shouldUpdateState({ changeFlags }: UpdateParameters<this>): boolean {
    return Boolean(changeFlags.somethingChanged);
  }

  override updateState({ changeFlags }: UpdateParameters<this>) {
    const { tileset } = this.state;
    if (changeFlags.propsOrDataChanged) {
      tileset.setOptions(this.#options());
      for (const tile of tileset.tiles) tile.layers = null;
    }
    const frame = tileset.update(this.context.viewport);
    if (frame !== this.state.frame) this.setState({ frame });
  }

  override get isLoaded(): boolean {
    return Boolean(this.state?.tileset.selectedTiles?.every((tile) => tile.isLoaded && (!tile.content || tile.layers)));
  }

  /** Failed tiles within the present view. */
  get failedCount(): number {
    return this.state ? [...this.state.failed].filter((tile) => tile.isSelected).length : 0;
  }

  /** Asks again for what failed, as far as it is still in view. */
  retryFailed(): void {
    if (!this.state || this.state.failed.size === 0) return;
    for (const tile of this.state.failed) tile.setNeedsReload();
    this.state.failed.clear();
    this.setNeedsUpdate();
  }

  override renderLayers() {
    return this.state.tileset.tiles.map((tile) => {
      tile.layers ??= tile.content ? [this.#layerOf(tile)] : null;
      return tile.layers;
    });
  }

  override filterSubLayer({ layer, cullRect }: FilterContext): boolean {
    return this.state.tileset.isTileVisible((layer as Layer<{ tile: Tile }>).props.tile, cullRect, null);
  }

  #load({ index, signal }: { index: TileIndex; signal?: AbortSignal }): Promise<Texture | null> {
    const { info, version } = this.props;
    return loadTile(this.context.device, { info, version, index, signal });
  }

  #renew(tile: Tile): void {
    tile.layers = null;
    this.setNeedsUpdate();
  }

  #layerOf(tile: Tile): Layer {
    const { west, south, east, north } = tile.bbox as { west: number; south: number; east: number; north: number };
    return new RasterLayer({
      ...this.getSubLayerProps({ id: tile.id }),
      tile,
      image: tile.content,
      bounds: [west, south, east, north],
      look: this.props.look,
      // Both rasters lie on the same ground, and the map's own lines are drawn over them later.
      parameters: { depthCompare: 'always', depthWriteEnabled: false },
    } as never);
  }
}

interface TileRequest {
  readonly info: LayerInfo;
  readonly version: string;
  readonly index: TileIndex;
  readonly signal: AbortSignal | undefined;
}

/**
 * Fetches a tile into a texture; null for one without any data.
 * @throws TypeError when the server cannot be reached, Error with the status when it refuses
 */
async function loadTile(device: Device, { info, version, index, signal }: TileRequest): Promise<Texture | null> {
  const extension = info.form === 'value' ? 'bin' : info.kind === 'mask' ? 'png' : 'webp';
  const address = `/tiles/${info.id}/${index.z}/${index.x}/${index.y}.${extension}?v=${encodeURIComponent(version)}`;
  const response = await fetch(address, signal ? { signal } : {});
  if (response.status === 204) return null;
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  if (info.form === 'value') {
    const data = valueTileBytes(await response.arrayBuffer());
    if (!data || signal?.aborted) return null;
    return device.createTexture({ format: 'rg8unorm', width: TILE_PX, height: TILE_PX, data, sampler: SHARP });
  }
  const image = await createImageBitmap(await response.blob(), {
    premultiplyAlpha: 'none',
    colorSpaceConversion: 'none',
  });
  if (signal?.aborted) return null;
  const { width, height } = image;
  const texture = device.createTexture({ format: 'rgba8unorm', width, height, sampler: SHARP });
  texture.copyExternalImage({ image });
  image.close();
  return texture;
}
