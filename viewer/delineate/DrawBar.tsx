import './draw.css';
import type { ReactNode } from 'react';
import { Button, ToggleButton, Toolbar, Tooltip, TooltipTrigger } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';
import { type BoardTool, DRAW_TOOLS, EDIT_TOOLS, useBoard } from './board.ts';
import type { BoardProps } from './DrawBoard.tsx';
import { useDrafts } from './drafts.ts';
import { redo, undo, useHistory } from './history.ts';
import { DrawIcon, type DrawIconName } from './icons.tsx';
import { setAtMiddle } from './keys.ts';
import { cancelSketch, chooseTool, finishSketch, removePoint } from './sketching.ts';

const POINT_TOOLS: readonly BoardTool[] = ['polygon', 'rectangle', 'circle', 'split', 'hole'];

/** The tools for drawing: above the map on a desk, under the thumb on a phone. */
export default function DrawBar({ isPhone }: BoardProps) {
  const tool = useBoard((state) => state.tool);
  return isPhone && POINT_TOOLS.includes(tool) ? <PointBar /> : <ToolBar isPhone={isPhone} />;
}

function ToolBar({ isPhone }: { isPhone: boolean }) {
  const t = useTranslate();
  const canChange = useDrafts(({ drafts, openId }) => {
    const draft = openId === null ? undefined : drafts.get(openId);
    return draft?.geometry != null && draft.state !== 'waiting';
  });
  return (
    <Toolbar className="draw-bar" aria-label={t('draw.tools')}>
      <fieldset className="draw-group" aria-label={t('draw.tools.new')}>
        <span className="draw-group-name" aria-hidden="true">
          {t('draw.tools.new')}
        </span>
        {DRAW_TOOLS.map((one) => (
          <ToolButton key={one} tool={one} isPhone={isPhone} isDisabled={false} />
        ))}
      </fieldset>
      <fieldset className="draw-group" aria-label={t('draw.tools.change')}>
        {EDIT_TOOLS.map((one) => (
          <ToolButton key={one} tool={one} isPhone={isPhone} isDisabled={!canChange} />
        ))}
      </fieldset>
      <fieldset className="draw-group" aria-label={t('draw.undo')}>
        <UndoButtons />
        <SnapButton />
      </fieldset>
    </Toolbar>
  );
}

interface ToolButtonProps {
  readonly tool: Exclude<BoardTool, 'none'>;
  readonly isPhone: boolean;
  readonly isDisabled: boolean;
}

function ToolButton({ tool, isPhone, isDisabled }: ToolButtonProps) {
  const t = useTranslate();
  const isChosen = useBoard((state) => state.tool === tool);
  return (
    <Hinted words={t(`draw.tool.${tool}`)}>
      <ToggleButton
        className="draw-tool"
        {...(isPhone ? {} : { 'aria-label': t(`draw.tool.${tool}`) })}
        isSelected={isChosen}
        isDisabled={isDisabled}
        onChange={() => chooseTool(tool)}
      >
        <DrawIcon name={tool} />
        {isPhone && <span className="draw-tool-name">{t(`draw.short.${tool}`)}</span>}
      </ToggleButton>
    </Hinted>
  );
}

function Hinted({ words, children }: { words: string; children: ReactNode }) {
  return (
    <TooltipTrigger delay={400}>
      {children}
      <Tooltip placement="bottom" offset={6}>
        {words}
      </Tooltip>
    </TooltipTrigger>
  );
}

function UndoButtons() {
  const t = useTranslate();
  const hasPast = useHistory(({ past }) => past.length > 0);
  const hasFuture = useHistory(({ future }) => future.length > 0);
  return (
    <>
      <Plain icon="undo" words={t('draw.undo')} isDisabled={!hasPast} onPress={undo} />
      <Plain icon="redo" words={t('draw.redo')} isDisabled={!hasFuture} onPress={redo} />
    </>
  );
}

function SnapButton() {
  const t = useTranslate();
  const isOn = useBoard((state) => state.isSnapping);
  return (
    <Hinted words={t('draw.snap')}>
      <ToggleButton
        className="draw-tool"
        aria-label={t('draw.snap')}
        isSelected={isOn}
        onChange={(isSnapping) => useBoard.setState({ isSnapping, snap: null })}
      >
        <DrawIcon name="snap" />
      </ToggleButton>
    </Hinted>
  );
}

interface PlainProps {
  readonly icon: DrawIconName;
  readonly words: string;
  readonly isDisabled?: boolean;
  onPress(): void;
}

function Plain({ icon, words, isDisabled = false, onPress }: PlainProps) {
  return (
    <Hinted words={words}>
      <Button className="draw-tool" aria-label={words} isDisabled={isDisabled} onPress={onPress}>
        <DrawIcon name={icon} />
      </Button>
    </Hinted>
  );
}

/** On a phone while points are set: one large button for the next, the rest beside it. */
function PointBar() {
  const t = useTranslate();
  const tool = useBoard((state) => state.tool);
  const count = useBoard((state) => state.sketch.length);
  const canFinish = count >= (tool === 'split' ? 2 : 3);
  return (
    <Toolbar className="draw-bar draw-bar-points" aria-label={t('draw.tools')}>
      <Plain icon="cross" words={t('draw.cancel')} onPress={cancelSketch} />
      <Plain icon="undo" words={t('draw.back')} isDisabled={count === 0} onPress={removePoint} />
      <Button className="react-aria-Button draw-set" data-primary="" onPress={setAtMiddle}>
        <DrawIcon name="point" />
        {t(tool === 'split' ? 'draw.set.line' : 'draw.set')}
      </Button>
      {tool !== 'rectangle' && tool !== 'circle' && (
        <Plain icon="done" words={t('draw.finish')} isDisabled={!canFinish} onPress={finishSketch} />
      )}
    </Toolbar>
  );
}
