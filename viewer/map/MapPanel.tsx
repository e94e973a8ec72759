import './map.css';
import './map-lower.css';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { Button } from 'react-aria-components';
import type { RunInfo, TwinInfo } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { describeLayer } from '../shell/layer-options.ts';
import { useStore } from '../state.ts';
import { Flicker } from './Flicker.tsx';
import { HoverTip } from './HoverTip.tsx';
import { MapControls } from './MapControls.tsx';
import { MapFooter } from './MapFooter.tsx';
import { MapView } from './MapView.tsx';
import { surfacesOf, useMapStore, wantsCalm } from './map-store.ts';
import { SideLabels } from './SideLabels.tsx';
import { SwipeHandle } from './SwipeHandle.tsx';
import { exposeTestInterface } from './test-interface.ts';
import { useControlAreas, useHoveredParcel, useOpenParcel } from './use-open-parcel.ts';

const MeasurePanel = lazy(() => import('./MeasurePanel.tsx'));

interface MapPanelProps {
  readonly run: RunInfo;
  readonly twin: TwinInfo | null;
}

/** The map with everything that belongs on it: one canvas, or two side by side. */
export default function MapPanel({ run, twin }: MapPanelProps) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const compare = useStore((state) => state.compare);
  const tool = useStore((state) => state.tool);
  const nameOf = (id: string) => describeLayer(run, id, { t, language });
  const [left, right] = [useStore((state) => nameOf(state.left).dates), useStore((state) => nameOf(state.right).dates)];
  const views = useRef<HTMLDivElement>(null);
  useOpenParcel();
  useHoveredParcel();
  useControlAreas(run);
  useEffect(exposeTestInterface, []);
  useEffect(() => {
    const element = views.current;
    const listen = (event: KeyboardEvent) => onKey(event, run);
    element?.addEventListener('keydown', listen);
    return () => element?.removeEventListener('keydown', listen);
  }, [run]);
  return (
    <div className="map-panel">
      <div className="map-views" data-compare={compare} ref={views}>
        <MapView run={run} twin={twin} side="left" />
        {compare === 'side' && <MapView run={run} twin={twin} side="right" />}
        {compare === 'swipe' && <SwipeHandle left={left} right={right} />}
        <SideLabels run={run} />
        <HoverTip />
        {tool === 'measure' && <span className="map-middle" aria-hidden="true" />}
        <div className="map-bottom">
          <TileNotice />
          {compare === 'flicker' && <Flicker />}
          {tool === 'measure' && (
            <Suspense fallback={null}>
              <MeasurePanel />
            </Suspense>
          )}
        </div>
        <MapControls run={run} />
      </div>
      <MapFooter run={run} />
      <span className="visually-hidden">{t('map.help')}</span>
    </div>
  );
}

/** Keys that MapLibre does not know; it handles arrows, plus and minus itself. */
function onKey(event: KeyboardEvent, run: RunInfo): void {
  if (!(event.target instanceof HTMLCanvasElement)) return;
  const { tool, set } = useStore.getState();
  const surface = surfacesOf().find(({ map }) => map.getCanvas() === event.target);
  const isMeasuring = tool === 'measure';
  if (event.key === 'Home') surface?.fit(run.bboxDeg, wantsCalm());
  else if (isMeasuring && event.key === 'Enter' && surface) addPoint(surface.camera());
  else if (isMeasuring && event.key === 'Backspace') removePoint();
  else if (isMeasuring && event.key === 'Escape') set({ tool: 'none' });
  else return;
  event.preventDefault();
}

function addPoint({ lon, lat }: { lon: number; lat: number }): void {
  useMapStore.setState(({ measured }) => ({ measured: [...measured, { lon, lat }] }));
}

function removePoint(): void {
  useMapStore.setState(({ measured }) => ({ measured: measured.slice(0, -1) }));
}

/** How many tiles failed, and that others are on their way. */
function TileNotice() {
  const t = useTranslate();
  const tiles = useMapStore((state) => state.tiles);
  const failed = (tiles.left?.failed ?? 0) + (tiles.right?.failed ?? 0);
  const isLoading = Boolean(tiles.left?.isLoading || tiles.right?.isLoading);
  const retry = () => {
    for (const surface of surfacesOf()) surface.retry();
  };
  return (
    <div className="map-notice" role="status">
      {failed > 0 && (
        <span className="map-failed">
          {t('map.tilesFailed', { n: failed })}
          <Button onPress={retry}>{t('map.retry')}</Button>
        </span>
      )}
      {failed === 0 && isLoading && <span className="map-loading">{t('map.loading')}</span>}
    </div>
  );
}
