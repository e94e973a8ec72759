import { Button } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';
import { formatHa, formatNumber } from '../panels/format.ts';
import { useStore } from '../state.ts';
import { type BoardState, type BoardTool, useBoard } from './board.ts';
import { lengthM } from './figures.ts';
import { DrawIcon } from './icons.tsx';
import { useLive } from './live.ts';
import { cancelSketch, finishSketch, removePoint } from './sketching.ts';
import type { Snap } from './snap.ts';

const POINT_TOOLS: readonly BoardTool[] = ['polygon', 'split', 'hole'];

/** Over the foot of the map while a tool is in hand: figures, what to do next, and what a point would snap to. */
export function DrawPill({ isPhone }: { isPhone: boolean }) {
  const t = useTranslate();
  const board = useBoard();
  // What was ended with the tool is told when there is none any more.
  if (board.tool === 'none' && !board.refusal) return null;
  return (
    <section className="draw-pill" aria-label={t('draw.draft')}>
      <div className="draw-pill-row">
        {board.tool !== 'none' && <PillFigures />}
        {!isPhone && POINT_TOOLS.includes(board.tool) && board.sketch.length > 0 && <PillButtons board={board} />}
      </div>
      {board.refusal ? (
        <p className="draw-refusal" role="alert">
          {t(board.refusal.key, board.refusal.values)}
        </p>
      ) : (
        <p className="draw-hint">{board.snap ? snapWords(t, board.snap) : hintOf(t, board, isPhone)}</p>
      )}
    </section>
  );
}

function PillButtons({ board }: { board: BoardState }) {
  const t = useTranslate();
  return (
    <div className="draw-pill-buttons">
      <Button
        data-primary=""
        isDisabled={board.sketch.length < (board.tool === 'split' ? 2 : 3)}
        onPress={finishSketch}
      >
        {t('draw.finish')}
      </Button>
      <Button aria-label={t('draw.back')} data-icon="" onPress={removePoint}>
        <DrawIcon name="undo" />
      </Button>
      <Button onPress={cancelSketch}>{t('draw.cancel')}</Button>
    </div>
  );
}

/** Hectares, perimeter and overlap of what is drawn; the length of a line to split by. */
function PillFigures() {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const { figures, faults } = useLive();
  const tool = useBoard((state) => state.tool);
  const sketch = useBoard((state) => state.sketch);
  const pointer = useBoard((state) => state.pointer);
  if (!figures && (tool === 'split' || sketch.length < 2)) return null;
  const line = pointer ? [...sketch, pointer] : sketch;
  const overlapHa = figures?.overlaps.reduce((sum, { ha }) => sum + ha, 0) ?? 0;
  return (
    <div className="draw-pill-figures">
      {figures ? (
        <span className="draw-ha" data-none={figures.ha === null || undefined}>
          {figures.ha === null ? t('draw.figure.none') : formatHa(language, figures.ha)}
          {figures.ha !== null && <span className="unit">ha</span>}
        </span>
      ) : (
        <span className="draw-side">
          {formatNumber(language, lengthM(line), 1)}
          <span className="unit">m</span>
        </span>
      )}
      {figures && (
        <span className="draw-side">
          {formatNumber(language, figures.perimeterM)}
          <span className="unit">m</span>
        </span>
      )}
      {overlapHa > 0 && (
        <span className="draw-overlap">
          {t('draw.figure.overlap')} {formatHa(language, overlapHa)}
          <span className="unit">ha</span>
        </span>
      )}
      {faults.length > 0 && <span className="draw-fault">{t('draw.said.fault')}</span>}
    </div>
  );
}

type T = ReturnType<typeof useTranslate>;

function snapWords(t: T, { kind, of }: Snap): string {
  return of === '' ? t(`draw.snapped.own-${kind}`) : t(`draw.snapped.${kind}`, { name: of });
}

function hintOf(t: T, { tool, hasCrosshair, corner, isCarrying }: BoardState, isPhone: boolean): string {
  if (isCarrying) return t('draw.hint.carry');
  if (tool === 'edit' && corner && hasCrosshair) return t('draw.hint.corner');
  if (tool === 'edit') return t(isPhone ? 'draw.hint.edit-touch' : 'draw.hint.edit');
  if (tool === 'polygon' && isPhone) return t('draw.hint.touch');
  if (hasCrosshair && POINT_TOOLS.includes(tool)) return t('draw.hint.keys');
  return tool === 'none' || tool === 'walk' ? '' : t(`draw.hint.${tool}`);
}
