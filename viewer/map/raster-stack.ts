import type { MapLibreOverlay } from '@deck.gl/maplibre';
import type { Map as MapLibreMap } from 'maplibre-gl';
import type { RunInfo } from '../../shared/api.ts';
import { YEAR_CLASS, type YearClassName } from '../../shared/change.ts';
import { type Rgb, YEAR_CLASS_COLOURS } from '../../shared/ramps.ts';
import type { Colouring } from '../state.ts';
import { isValueKind, VALUE_FORMS } from '../style/ramp-choices.ts';
import { ABOVE_RASTERS } from './base-style.ts';
import { colouringOf, coloursOf, yearsOf } from './colouring.ts';
import { RasterLayer, type RasterLook, type Texture } from './raster-layer.ts';
import type { RasterSpec } from './raster-plan.ts';
import { makeRampTexture, RasterTileLayer } from './raster-tiles.ts';
import { storedRange } from './value-tile.ts';

type Device = RasterTileLayer['context']['device'];

/** How long a layer that is being replaced stays beneath its successor while that one loads, at most. */
const HOLD_MS = 4000;

/** The style layer that deck.gl makes for what is to lie below `ABOVE_RASTERS`. */
const PLACE = `deck-maplibre-layer-group-before:${ABOVE_RASTERS}`;

/** Colour of each class by its number, from 0, which is never drawn. */
const CLASS_COLOURS: readonly Rgb[] = Object.keys(YEAR_CLASS)
  .sort((a, b) => YEAR_CLASS[a as YearClassName] - YEAR_CLASS[b as YearClassName])
  .map((name) => YEAR_CLASS_COLOURS[name as keyof typeof YEAR_CLASS_COLOURS] ?? [0, 0, 0]);

interface Held {
  readonly spec: RasterSpec;
  readonly until: number;
}

export interface StackLook {
  readonly colouring: Readonly<Record<string, Colouring>>;
  readonly opacity: number;
}

/** The raster layers of one map, handed to deck.gl; keeps what is being replaced until its successor is there. */
export class RasterStack {
  readonly #map: MapLibreMap;
  readonly #overlay: MapLibreOverlay;
  readonly #run: RunInfo;
  readonly #onTrouble: (isReachable: boolean) => void;
  #specs: readonly RasterSpec[] = [];
  #look: StackLook = { colouring: {}, opacity: 1 };
  #held: Held[] = [];
  #layers: RasterTileLayer[] = [];
  #device: Device | null = null;
  /**
   * Whether deck.gl has its place below the parcels. It takes it only while the style is at rest, and would draw over
   * everything until then; so tiles are loaded at once but drawn from then on.
   */
  #isPlaced = false;
  readonly #ramps = new Map<string, Texture>();

  constructor(
    { map, overlay }: { map: MapLibreMap; overlay: MapLibreOverlay },
    run: RunInfo,
    onTrouble: (isReachable: boolean) => void,
  ) {
    this.#map = map;
    this.#overlay = overlay;
    this.#run = run;
    this.#onTrouble = onTrouble;
  }

  /** Layers are handed over only once deck.gl has the map's graphics device, which the ramps are uploaded to. */
  setDevice(device: Device): void {
    this.#device = device;
    this.#hand();
  }

  show(specs: readonly RasterSpec[], look: StackLook): void {
    const kept = new Set(specs.map((spec) => spec.key));
    const until = performance.now() + HOLD_MS;
    const leaving = this.#specs.filter((spec) => !kept.has(spec.key) && specs.some((one) => one.side === spec.side));
    this.#held = [...this.#held.filter(({ spec }) => !kept.has(spec.key)), ...leaving.map((spec) => ({ spec, until }))];
    this.#specs = specs;
    this.#look = look;
    this.#hand();
  }

  /** To be called after every frame: puts the rasters in their place, lets go of what has been replaced. */
  settle(): void {
    if (!this.#isPlaced && this.#device && this.#map.isStyleLoaded()) {
      this.#hand();
      this.#isPlaced = this.#map.getLayer(PLACE) !== undefined;
      this.#hand();
    }
    if (this.#held.length === 0) return;
    const now = performance.now();
    if (!this.isLoaded && this.#held.some((one) => one.until > now)) return;
    this.#held = [];
    this.#hand();
  }

  get isLoaded(): boolean {
    return this.#isPlaced && this.#current().every((layer) => layer.isLoaded);
  }

  get failedCount(): number {
    return this.#current().reduce((sum, layer) => sum + layer.failedCount, 0);
  }

  retryFailed(): void {
    for (const layer of this.#layers) layer.retryFailed();
  }

  #current(): RasterTileLayer[] {
    const keys = new Set(this.#specs.map((spec) => spec.key));
    return this.#layers.filter((layer) => keys.has(layer.id));
  }

  #hand(): void {
    const device = this.#device;
    if (!device) return;
    // A held layer lies beneath, in the present clip of its side, so that a moving swipe line does not show through.
    const held = this.#held.flatMap(({ spec }) => {
      const successor = this.#specs.find((one) => one.side === spec.side);
      return successor ? [{ ...spec, clip: successor.clip, isShown: successor.isShown }] : [];
    });
    this.#layers = [...held, ...this.#specs].map((spec) => this.#layerOf(spec, device));
    this.#overlay.setProps({ layers: [this.#anchor(device), ...this.#layers] });
  }

  /** Draws nothing, but keeps the place when there is no raster: deck.gl gives it up with its last layer. */
  #anchor(device: Device): RasterLayer {
    const look = this.#plainLook({ opacity: 0, clip: [0, 1], isShown: false }, device);
    return new RasterLayer({ id: 'anchor', bounds: [0, 0, 1, 1], look, beforeId: ABOVE_RASTERS } as never);
  }

  #layerOf(spec: RasterSpec, device: Device): RasterTileLayer {
    const { info } = spec;
    return new RasterTileLayer({
      id: spec.key,
      info,
      version: this.#run.version,
      look: this.#lookOf(spec, device),
      onTrouble: this.#onTrouble,
      beforeId: ABOVE_RASTERS,
    });
  }

  #lookOf({ info, clip, isShown: isWanted }: RasterSpec, device: Device): RasterLook {
    const isShown = isWanted && this.#isPlaced;
    // A mask is drawn in full: faint clouds over a faint picture would pass for clear ground.
    const opacity = info.kind === 'mask' ? 1 : this.#look.opacity;
    const place = { opacity, clip, isShown };
    if (info.kind === 'year-class') {
      const rampTexture = this.#ramp(['year-class'], CLASS_COLOURS, device);
      return { ...this.#plainLook(place, device), form: 'class', rampTexture };
    }
    const kind = isValueKind(info.kind) ? info.kind : null;
    if (info.form !== 'value' || kind === null) return this.#plainLook(place, device);
    const colouring = colouringOf(kind, this.#look.colouring, yearsOf(this.#run));
    const rampTexture = this.#ramp(
      [kind, colouring.ramp, String(colouring.isReversed)],
      coloursOf(kind, colouring),
      device,
    );
    const form = VALUE_FORMS[kind].unit === 'year' ? 'day' : 'number';
    return { form, ...storedRange(colouring, info.scale), rampTexture, ...place };
  }

  /** For tiles that bring their own colours; the shader wants a ramp all the same. */
  #plainLook(place: Pick<RasterLook, 'opacity' | 'clip' | 'isShown'>, device: Device): RasterLook {
    const rampTexture = this.#ramp(['none'], [[0, 0, 0]], device);
    return { form: 'colour', low: 0, high: 1, min: 0, max: 0, rampTexture, ...place };
  }

  #ramp(key: readonly string[], colours: ReturnType<typeof coloursOf>, device: Device): Texture {
    const name = key.join('/');
    const known = this.#ramps.get(name);
    if (known) return known;
    const made = makeRampTexture(device, colours);
    this.#ramps.set(name, made);
    return made;
  }
}
