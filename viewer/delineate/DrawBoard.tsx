import './draw.css';
import { Suspense, useEffect } from 'react';
import { useMapStore } from '../map/map-store.ts';
import { loadRegister } from '../register/register-store.ts';
import { Boundary } from '../shell/Boundary.tsx';
import { IDLE, useBoard } from './board.ts';
import { DrawPill } from './DrawPill.tsx';
import { dropDraft, useDrafts } from './drafts.ts';
import { endStep } from './history.ts';
import { followMiddle, onKey } from './keys.ts';
import { useLiveFigures } from './live.ts';
import { mindDrawing } from './mind-drawing.ts';
import { takeTwin } from './regions.ts';
import { SaidFigures } from './SaidFigures.tsx';
import { type PlaceProps, RegisterOnMap } from './slots.tsx';
import { setsPoints } from './snapping.ts';
import { exposeDrafts } from './test-interface.ts';
import { useDrawLayers, useResultParcels } from './use-draw-layers.ts';
import { WalkAside, WalkPanel } from './WalkPanel.tsx';
import { useWalking } from './walk-store.ts';
import { endWalk } from './walking.ts';

export interface BoardProps extends PlaceProps {
  readonly isPhone: boolean;
}

/** What drawing adds over the map: pointer, keys, what is being drawn and its figures. */
export default function DrawBoard({ run, twin, isPhone }: BoardProps) {
  const tool = useBoard((state) => state.tool);
  useEffect(() => takeTwin(twin), [twin]);
  useEffect(() => void loadRegister(), []);
  useEffect(exposeDrafts, []);
  useDrawLayers();
  useResultParcels();
  useLiveFigures();
  useBoardEvents(isPhone);
  return (
    <>
      <Crosshair />
      <div className="draw-over">
        {tool !== 'walk' && <WalkAside />}
        {tool === 'walk' ? <WalkPanel /> : <DrawPill isPhone={isPhone} />}
      </div>
      <SaidFigures />
      <Boundary>
        <Suspense fallback={null}>
          <RegisterOnMap run={run} twin={twin} />
        </Suspense>
      </Boundary>
    </>
  );
}

/** Exactly where `middle()` is: the middle of the first map, whatever stands under it. */
function Crosshair() {
  const isShown = useBoard(({ tool, hasCrosshair, isCarrying }) => isCarrying || (hasCrosshair && setsPoints(tool)));
  const view = useMapStore(({ views }) => views.left);
  if (!isShown || !view) return null;
  return <span className="draw-cross" aria-hidden="true" style={{ left: view.widthPx / 2, top: view.heightPx / 2 }} />;
}

function useBoardEvents(isPhone: boolean): void {
  useEffect(() => {
    addEventListener('keydown', onKey);
    const stopView = useMapStore.subscribe(({ views }, before) => {
      if (views.left !== before.views.left) followMiddle();
    });
    const stops = [useDrafts.subscribe(mindDrawing), useDrafts.subscribe(forgetEmpty)];
    return () => {
      removeEventListener('keydown', onKey);
      stopView();
      for (const stop of stops) stop();
      endWalk();
      endStep();
      useBoard.setState(IDLE);
    };
  }, []);
  const tool = useBoard((state) => state.tool);
  useEffect(() => {
    // A finger covers what it points at: on a phone the middle of the map is what counts.
    if (isPhone && setsPoints(tool)) {
      useBoard.setState({ hasCrosshair: true });
      followMiddle();
    }
  }, [isPhone, tool]);
}

/** A draft in which nothing was drawn or written goes when another is opened. */
function forgetEmpty(
  { drafts, openId }: { drafts: ReadonlyMap<string, unknown>; openId: string | null },
  before: { openId: string | null },
): void {
  if (openId === before.openId || before.openId === null) return;
  // The first positions of a walk are no outline yet.
  if (before.openId === useWalking.getState().draftId) return;
  const left = useDrafts.getState().drafts.get(before.openId);
  if (!drafts.has(before.openId) || !left || left.geometry !== null) return;
  if (left.attributes.name === null && left.reason === '') dropDraft(left.draftId);
}
