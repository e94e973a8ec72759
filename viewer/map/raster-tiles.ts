import { TileLayer } from '@deck.gl/geo-layers';
import type { LayerInfo } from '../../shared/api.ts';
import { RasterLayer, type RasterLook, type Texture } from './raster-layer.ts';
import { TILE_PX, valueTileBytes } from './value-tile.ts';

type Device = RasterLayer['context']['device'];
type TileIndex = { readonly x: number; readonly y: number; readonly z: number };
type Tile = NonNullable<TileLayer<Texture | null>['state']['tileset']>['tiles'][number];

interface RasterTileProps {
  info: LayerInfo;
  version: string;
  look: RasterLook;
  /** Called when a request failed, with whether the server could be reached at all. */
  onTrouble: (isReachable: boolean) => void;
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

/** Tiles of one layer as textures; their look can change without a new request or upload. */
export class RasterTileLayer extends TileLayer<Texture | null, RasterTileProps> {
  static override layerName = 'RasterTileLayer';
  static override defaultProps = {
    info: { type: 'object', value: null, ignore: true },
    look: { type: 'object', value: null, compare: false },
    onTrouble: { type: 'function', value: () => {} },
  } as never;

  /** Tiles whose last request failed. Lives as long as the layer's state, which outlives this instance. */
  get #failed(): Set<Tile> {
    const state = this.state as { failed?: Set<Tile> };
    state.failed ??= new Set();
    return state.failed;
  }

  /** Failed tiles within the present view. */
  get failedCount(): number {
    return this.state ? [...this.#failed].filter((tile) => tile.isSelected).length : 0;
  }

  /** Asks again for what failed, as far as it is still in view. */
  retryFailed(): void {
    if (!this.state || this.#failed.size === 0) return;
    for (const tile of this.#failed) tile.setNeedsReload();
    this.#failed.clear();
    this.setNeedsUpdate();
  }

  override getTileData({ index, signal }: { index: TileIndex; signal?: AbortSignal }): Promise<Texture | null> {
    const { info, version } = this.props;
    return loadTile(this.context.device, { info, version, index, signal });
  }

  override renderSubLayers(props: Parameters<TileLayer<Texture | null>['renderSubLayers']>[0]) {
    const { bbox } = props.tile;
    if (!props.data || !('west' in bbox)) return null;
    return new RasterLayer({
      id: props.id,
      image: props.data as never,
      bounds: [bbox.west, bbox.south, bbox.east, bbox.north],
      look: this.props.look,
      pickable: false,
      beforeId: (this.props as { beforeId?: string }).beforeId,
      // Both rasters lie on the same ground, and the map's own lines are drawn over them later.
      parameters: { depthCompare: 'always', depthWriteEnabled: false },
    } as never);
  }

  override _onTileError(error: unknown, tile: Tile) {
    this.#failed.add(tile);
    this.props.onTrouble(!(error instanceof TypeError));
    tile.layers = null;
    this.setNeedsUpdate();
  }

  override _onTileUnload(tile: Tile) {
    this.#failed.delete(tile);
    (tile.content as Texture | null)?.destroy();
  }

  override finalizeState() {
    for (const tile of this.state?.tileset?.tiles ?? []) (tile.content as Texture | null)?.destroy();
    super.finalizeState();
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
