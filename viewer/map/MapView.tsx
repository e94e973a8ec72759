import { useEffect, useRef, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { RunInfo, TwinInfo } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore, type ViewState } from '../state.ts';
import { GraticuleLabels } from './GraticuleLabels.tsx';
import { setSurface, useMapStore } from './map-store.ts';
import { MapSurface } from './map-surface.ts';
import { measureGeometries } from './measure-shape.ts';
import { readPalette, watchPalette } from './palette.ts';
import { outlineZoom } from './parcel-paint.ts';
import { rastersOf, type Side } from './raster-plan.ts';
import { surfaceEvents } from './surface-events.ts';
import { WebglNotice } from './WebglNotice.tsx';

interface MapViewProps {
  readonly run: RunInfo;
  readonly twin: TwinInfo | null;
  readonly side: Side;
}

/** One map canvas that follows the view state. */
export function MapView(props: MapViewProps) {
  const t = useTranslate();
  const container = useRef<HTMLDivElement>(null);
  const { trouble, restart } = useSurface(container, props, t('map.title'));
  const surface = useMapStore((state) => state.surfaces[props.side]);
  useRasters(surface, props);
  useParcels(surface, props);
  useEffect(() => surface?.setTitle(t('map.title')), [surface, t]);
  const camera = useStore((state) => state.camera);
  useEffect(() => {
    if (camera) surface?.goTo(camera);
  }, [surface, camera]);
  return (
    <div className="map-view" data-side={props.side}>
      <div className="map-canvas" ref={container} data-measuring={useStore((state) => state.tool === 'measure')} />
      <GraticuleLabels side={props.side} />
      {trouble && <WebglNotice kind={trouble} restart={restart} />}
    </div>
  );
}

/** Whether any raster can be seen on a side's map. */
function hasRasterOn({ left, right, compare, opacity }: ViewState, side: Side): boolean {
  const ids = compare === 'off' ? [left] : compare === 'side' ? [side === 'left' ? left : right] : [left, right];
  return opacity > 0 && ids.some((id) => id !== 'none');
}

function fullZoomOf({ bboxDeg, counts }: RunInfo): number {
  return outlineZoom({ bboxDeg, parcels: counts.parcels });
}

type Trouble = 'missing' | 'lost';

/** Makes the surface, and makes it anew when the browser gives a lost graphics context back. */
function useSurface(container: { current: HTMLDivElement | null }, { run, twin, side }: MapViewProps, title: string) {
  const [generation, setGeneration] = useState(0);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const restart = () => setGeneration((before) => before + 1);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new title renames the canvas, it needs no new map
  useEffect(() => {
    if (!container.current) return;
    const { query, camera } = useStore.getState();
    let surface: MapSurface;
    try {
      surface = new MapSurface({
        container: container.current,
        run,
        twin,
        title,
        look: { query, palette: readPalette(), hasRaster: true, fullZoom: fullZoomOf(run) },
        camera,
        events: {
          ...surfaceEvents(side),
          onContext: (state) => {
            if (state === 'lost') setTrouble('lost');
            else restart();
          },
        },
      });
    } catch {
      setTrouble('missing');
      return;
    }
    setTrouble(null);
    setSurface(side, surface);
    return () => {
      setSurface(side, undefined);
      surface.destroy();
    };
  }, [container, run, twin, side, generation]);
  return { trouble, restart };
}

function useRasters(surface: MapSurface | undefined, { run, side }: MapViewProps) {
  const { left, right, compare, swipeFraction, showMask, colouring, opacity } = useStore(
    useShallow(({ left, right, compare, swipeFraction, showMask, colouring, opacity }) => ({
      left,
      right,
      compare,
      swipeFraction,
      showMask,
      colouring,
      opacity,
    })),
  );
  const flickerSide = useMapStore((state) => state.flickerSide);
  useEffect(() => {
    const choice = { left, right, compare, swipeFraction, showMask, flickerSide, colouring, opacity };
    surface?.showRasters(rastersOf(run, choice, side), { colouring, opacity });
  }, [surface, run, side, left, right, compare, swipeFraction, showMask, flickerSide, colouring, opacity]);
}

function useParcels(surface: MapSurface | undefined, { run, side }: MapViewProps) {
  const query = useStore((state) => state.query);
  const showParcels = useStore((state) => state.showParcels);
  const showBasemap = useStore((state) => state.showBasemap);
  const hasRaster = useStore((state) => hasRasterOn(state, side));
  const openGeometry = useMapStore((state) => state.openGeometry);
  const hoverGeometry = useMapStore((state) => state.hoverGeometry);
  const controlGeometries = useMapStore((state) => state.controlGeometries);
  const measured = useMapStore((state) => state.measured);
  const [palette, setPalette] = useState(readPalette);
  useEffect(() => watchPalette(setPalette), []);
  useEffect(
    () => surface?.setLook({ query, palette, hasRaster, fullZoom: fullZoomOf(run) }),
    [surface, run, query, palette, hasRaster],
  );
  useEffect(() => surface?.setVisible('parcels-', showParcels), [surface, showParcels]);
  useEffect(() => surface?.setVisible('basemap', showBasemap), [surface, showBasemap]);
  useEffect(() => surface?.setHovered(hoverGeometry), [surface, hoverGeometry]);
  useEffect(() => surface?.setOpenParcel(openGeometry), [surface, openGeometry]);
  useEffect(() => surface?.setControlAreas(controlGeometries), [surface, controlGeometries]);
  useEffect(() => surface?.setMeasure(measureGeometries(measured)), [surface, measured]);
}
