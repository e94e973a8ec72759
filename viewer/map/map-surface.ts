import 'maplibre-gl/dist/maplibre-gl.css';
import { MapLibreOverlay } from '@deck.gl/maplibre';
import { type GeoJSONSource, Map as MapLibreMap, type MapMouseEvent, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import type { GeoJsonGeometry, RunInfo, TwinInfo } from '../../shared/api.ts';
import type { Bbox } from '../../shared/grid.ts';
import type { ParcelStatus } from '../../shared/ramps.ts';
import type { Camera } from '../state.ts';
import { baseStyle, featureCollection, themePaint } from './base-style.ts';
import { answerForUnused } from './graphics-questions.ts';
import { graticuleLines, type View } from './graticule.ts';
import type { LonLat } from './measure.ts';
import { HATCH_IMAGE, hatchImage, PARCEL_SOURCE, type ParcelLook, PICK_LAYERS, parcelPaint } from './parcel-paint.ts';
import type { RasterSpec } from './raster-plan.ts';
import { RasterStack, type StackLook } from './raster-stack.ts';

setWorkerUrl(workerUrl);

/** What is under the pointer. */
export interface Hover {
  readonly id: string;
  readonly status: ParcelStatus;
  readonly xPx: number;
  readonly yPx: number;
}

export interface SurfaceView extends View, Camera {}

export interface SurfaceEvents {
  /** The camera changed, by whomever, once per frame at most. */
  onView(view: SurfaceView): void;
  /** The camera came to rest after a person or `goTo` moved it. */
  onRest(camera: Camera): void;
  onHover(hover: Hover | null): void;
  /** Where the pointer is; null when it left. */
  onPointer(place: LonLat | null): void;
  /** A click, with the parcel under it. */
  onClick(place: LonLat, parcelId: string | null): void;
  /** How many tiles of the present view failed, and whether tiles are still on their way. */
  onTiles(state: { readonly failed: number; readonly isLoading: boolean }): void;
  onUnreachable(): void;
  onContext(state: 'lost' | 'restored'): void;
}

export interface SurfaceOptions {
  readonly container: HTMLElement;
  readonly run: RunInfo;
  readonly twin: TwinInfo | null;
  readonly look: ParcelLook;
  readonly camera: Camera | null;
  readonly title: string;
  readonly events: SurfaceEvents;
}

const FIT_PADDING_PX = 48;
const FIT_MAX_ZOOM = 16;
const MAX_ZOOM = 20;
/** A parcel smaller than this on screen counts as not visible. */
const SMALLEST_VISIBLE_PX = 8;

/** One map on the page: MapLibre for lines and parcels, deck.gl for the rasters beneath them, on one canvas. */
export class MapSurface {
  readonly map: MapLibreMap;
  readonly run: RunInfo;
  readonly rasters: RasterStack;
  readonly #overlay: MapLibreOverlay;
  readonly #events: SurfaceEvents;
  #look: ParcelLook;
  #pointer: MapMouseEvent | null = null;
  #isPickDue = false;
  #isFollowing = false;
  #isReady = false;
  #failedParcelTiles = 0;
  #tiles = { failed: 0, isLoading: true };

  /** @throws Error when the browser gives no WebGL 2 context */
  constructor({ container, run, twin, look, camera, title, events }: SurfaceOptions) {
    this.run = run;
    this.#look = look;
    this.#events = events;
    this.map = new MapLibreMap({
      container,
      style: baseStyle({ run, twin, look, origin: location.origin }),
      attributionControl: false,
      dragRotate: false,
      touchPitch: false,
      pitchWithRotate: false,
      maxPitch: 0,
      maxZoom: MAX_ZOOM,
      renderWorldCopies: false,
      fadeDuration: 0,
      refreshExpiredTiles: false,
      locale: { 'Map.Title': title },
      ...(camera
        ? { center: [camera.lon, camera.lat] as [number, number], zoom: camera.zoom }
        : { bounds: boundsOf(run.bboxDeg), fitBoundsOptions: fitOptions(container) }),
    });
    answerForUnused(this.map.painter.context.gl as WebGL2RenderingContext);
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.#overlay = new MapLibreOverlay({
      interleaved: true,
      layers: [],
      onDeviceInitialized: (device) => this.rasters.setDevice(device as never),
    });
    this.rasters = new RasterStack({ map: this.map, overlay: this.#overlay }, run, (isReachable) => {
      if (!isReachable) events.onUnreachable();
    });
    this.map.addControl(this.#overlay);
    this.#listen();
  }

  #listen(): void {
    const { map } = this;
    map.on('move', () => this.#events.onView(this.view()));
    map.on('resize', () => {
      this.#drawGraticule();
      this.#events.onView(this.view());
    });
    map.once('style.load', () => {
      const pixelRatio = Math.ceil(window.devicePixelRatio);
      map.addImage(HATCH_IMAGE, hatchImage(8 * pixelRatio), { pixelRatio });
      this.#isReady = true;
    });
    map.on('load', () => {
      this.#drawGraticule();
      this.#events.onView(this.view());
      this.#events.onRest(this.camera());
    });
    map.on('moveend', () => {
      this.#drawGraticule();
      this.rasters.retryFailed();
      if (!this.#isFollowing) this.#events.onRest(this.camera());
    });
    map.on('render', () => this.#afterFrame());
    map.on('mousemove', (event) => this.#pointAt(event));
    map.on('mouseout', () => this.#pointAt(null));
    map.on('click', (event) => {
      const { lng, lat } = event.lngLat;
      this.#events.onClick({ lon: lng, lat }, this.#parcelAt(event)?.id ?? null);
    });
    map.on('error', (event) => this.#onError(event as { error?: { message?: string; status?: number } }));
    map.on('webglcontextlost', () => this.#events.onContext('lost'));
    map.on('webglcontextrestored', () => this.#events.onContext('restored'));
  }

  view(): SurfaceView {
    const bounds = this.map.getBounds();
    const { clientWidth: widthPx, clientHeight: heightPx } = this.map.getContainer();
    const [west, south, east, north] = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    return { west, south, east, north, widthPx, heightPx, ...this.camera() };
  }

  camera(): Camera {
    const { lng, lat } = this.map.getCenter();
    return { lon: round(lng, 6), lat: round(lat, 6), zoom: round(this.map.getZoom(), 3) };
  }

  /** Goes to a camera; nothing when it is there already. `follow` keeps its own events silent. */
  goTo(camera: Camera, { follow = false } = {}): void {
    const now = this.camera();
    if (now.lon === camera.lon && now.lat === camera.lat && now.zoom === camera.zoom) return;
    this.#isFollowing = follow;
    this.map.jumpTo({ center: [camera.lon, camera.lat], zoom: camera.zoom });
    this.#isFollowing = false;
  }

  /** Whether this surface is being moved by another one. */
  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  fit(bboxDeg: Bbox, isJump: boolean): void {
    this.map.fitBounds(boundsOf(bboxDeg), { ...fitOptions(this.map.getContainer()), animate: !isJump, duration: 600 });
  }

  /** Whether a box is within the view and large enough to be seen. */
  isVisible([west, south, east, north]: Bbox): boolean {
    const [topLeft, bottomRight] = [this.map.project([west, north]), this.map.project([east, south])];
    const { clientWidth, clientHeight } = this.map.getContainer();
    const isInside = topLeft.x >= 0 && topLeft.y >= 0 && bottomRight.x <= clientWidth && bottomRight.y <= clientHeight;
    const sizePx = Math.max(bottomRight.x - topLeft.x, bottomRight.y - topLeft.y);
    return sizePx >= SMALLEST_VISIBLE_PX && (isInside || sizePx > Math.max(clientWidth, clientHeight));
  }

  showRasters(specs: readonly RasterSpec[], look: StackLook): void {
    this.rasters.show(specs, look);
  }

  setLook(look: ParcelLook): void {
    const isNewTheme = look.palette !== this.#look.palette;
    this.#look = look;
    this.whenReady(() => {
      this.#paint(parcelPaint(look));
      if (isNewTheme) this.#paint(themePaint(look.palette));
    });
  }

  #paint(byLayer: Record<string, Record<string, unknown>>): void {
    for (const [id, paint] of Object.entries(byLayer)) {
      if (!this.map.getLayer(id)) continue;
      for (const [name, value] of Object.entries(paint)) this.map.setPaintProperty(id, name as never, value as never);
    }
  }

  /** Shows or hides layers by the beginning of their ids. */
  setVisible(prefix: 'parcels-' | 'basemap', isVisible: boolean): void {
    this.whenReady(() => {
      for (const id of this.map.getLayersOrder().filter((one) => one.startsWith(prefix))) {
        this.map.setLayoutProperty(id, 'visibility', isVisible ? 'visible' : 'none');
      }
    });
  }

  setOpenParcel(geometry: GeoJsonGeometry | null): void {
    this.#setData('open', geometry ? [geometry] : []);
  }

  setControlAreas(geometries: readonly GeoJsonGeometry[]): void {
    this.#setData('controls', geometries);
  }

  setMeasure(geometries: readonly unknown[]): void {
    this.#setData('measure', geometries);
  }

  setHovered(geometry: GeoJsonGeometry | null): void {
    this.#setData('hover', geometry ? [geometry] : []);
  }

  setTitle(title: string): void {
    this.map.getCanvas().setAttribute('aria-label', title);
  }

  /** Asks again for everything that failed. */
  retry(): void {
    this.rasters.retryFailed();
    if (this.#failedParcelTiles > 0) this.map.refreshTiles(PARCEL_SOURCE);
    this.#failedParcelTiles = 0;
    this.map.triggerRepaint();
  }

  /** Whether everything of the present view is loaded and drawn. */
  get isIdle(): boolean {
    return this.map.loaded() && this.map.areTilesLoaded() && !this.map.isMoving() && this.rasters.isLoaded;
  }

  destroy(): void {
    this.map.remove();
  }

  #setData(source: string, geometries: readonly unknown[]): void {
    this.whenReady(() => {
      (this.map.getSource(source) as GeoJSONSource | undefined)?.setData(featureCollection(geometries) as never);
    });
  }

  #drawGraticule(): void {
    this.#setData('graticule', [graticuleLines(this.view())]);
  }

  /** Does something as soon as the map has its style, at once where it has. */
  whenReady(action: () => void): void {
    if (this.#isReady) action();
    else this.map.once('style.load', action);
  }

  #pointAt(event: MapMouseEvent | null): void {
    this.#pointer = event;
    this.#events.onPointer(event ? { lon: event.lngLat.lng, lat: event.lngLat.lat } : null);
    if (this.#isPickDue) return;
    this.#isPickDue = true;
    // One look-up a frame, however often the pointer reports.
    requestAnimationFrame(() => {
      this.#isPickDue = false;
      const now = this.#pointer;
      const found = now && !this.map.isMoving() ? this.#parcelAt(now) : null;
      this.#events.onHover(now && found ? { ...found, xPx: now.point.x, yPx: now.point.y } : null);
    });
  }

  #parcelAt({ point }: MapMouseEvent): { id: string; status: ParcelStatus } | null {
    const layers = PICK_LAYERS.filter((id) => this.map.getLayer(id));
    if (layers.length === 0) return null;
    const [feature] = this.map.queryRenderedFeatures(point, { layers: [...layers] });
    if (!feature) return null;
    return { id: String(feature.properties.id), status: feature.properties.status as ParcelStatus };
  }

  #afterFrame(): void {
    this.rasters.settle();
    const failed = this.rasters.failedCount + this.#failedParcelTiles;
    const isLoading = !this.rasters.isLoaded || !this.map.areTilesLoaded();
    if (!isLoading) markFirstMap();
    if (failed === this.#tiles.failed && isLoading === this.#tiles.isLoading) return;
    this.#tiles = { failed, isLoading };
    this.#events.onTiles(this.#tiles);
  }

  #onError({ error, ...event }: { error?: { message?: string; status?: number }; sourceId?: string }): void {
    if (event.sourceId !== PARCEL_SOURCE) return;
    this.#failedParcelTiles += 1;
    if (error?.status === undefined) this.#events.onUnreachable();
    this.map.triggerRepaint();
  }
}

const FIRST_MAP = 'canopy-first-map';
let isFirstMapMarked = false;

/** Notes in the browser's own timeline when the first map with its rasters and parcels is on the screen. */
function markFirstMap(): void {
  if (isFirstMapMarked) return;
  isFirstMapMarked = true;
  requestAnimationFrame(() => performance.mark(FIRST_MAP));
}

/** How much of the map's left cards lie over, CSS pixels: the page says so with `--map-covered-left`. */
function coveredLeftPx(container: HTMLElement): number {
  const px = Number.parseFloat(getComputedStyle(container).getPropertyValue('--map-covered-left')) || 0;
  return px * 2 < container.clientWidth ? px : 0;
}

function fitOptions(container: HTMLElement) {
  const padding = { top: FIT_PADDING_PX, right: FIT_PADDING_PX, bottom: FIT_PADDING_PX, left: FIT_PADDING_PX };
  return { padding: { ...padding, left: padding.left + coveredLeftPx(container) }, maxZoom: FIT_MAX_ZOOM };
}

function boundsOf([west, south, east, north]: Bbox): [[number, number], [number, number]] {
  return [
    [west, south],
    [east, north],
  ];
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
