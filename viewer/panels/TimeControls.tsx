import { useState } from 'react';
import { Button, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { useShallow } from 'zustand/react/shallow';
import type { RunInfo } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { chooseAcquisition, useStore } from '../state.ts';
import { hideScene, SHOWN_STYLES, type ShownStyle, shownScene, showScene } from './show-scene.ts';
import { nextStop, type Stop } from './timeline.ts';

interface ControlProps {
  readonly run: RunInfo;
  readonly stops: readonly Stop[];
  readonly chosen: number | null;
}

/** Steps, animation, and the acquisition as a picture on the map. */
export function TimeControls({ run, stops, chosen }: ControlProps) {
  const t = useTranslate();
  const isPlaying = useStore((state) => state.isPlaying);
  const step = (direction: 1 | -1) => nextStop(stops, chosen, { direction, isClear: true });
  const go = (index: number | null) => {
    if (index === null) return;
    useStore.getState().set({ isPlaying: false });
    chooseAcquisition(index);
  };
  const [earlier, later] = [step(-1), step(1)];
  return (
    <div className="panel-time-controls">
      <Button
        className="react-aria-Button"
        data-quiet=""
        data-icon=""
        aria-label={t('time.previousClear')}
        isDisabled={earlier === null}
        onPress={() => go(earlier)}
      >
        <TimeIcon path="M13 4.5 6.5 10l6.5 5.5zM5 4.5v11" />
      </Button>
      <Button
        className="react-aria-Button"
        data-quiet=""
        data-icon=""
        aria-label={t(isPlaying ? 'time.stop' : 'time.play')}
        isDisabled={stops.filter((stop) => stop.isClear).length < 2}
        onPress={() => useStore.getState().set({ isPlaying: !isPlaying })}
      >
        <TimeIcon path={isPlaying ? 'M6 5h8v10H6z' : 'M6.5 4.5 15 10l-8.5 5.5z'} />
      </Button>
      <Button
        className="react-aria-Button"
        data-quiet=""
        data-icon=""
        aria-label={t('time.nextClear')}
        isDisabled={later === null}
        onPress={() => go(later)}
      >
        <TimeIcon path="M7 4.5 13.5 10 7 15.5zM15 4.5v11" />
      </Button>
      <SceneChoice run={run} stops={stops} chosen={chosen} />
    </div>
  );
}

function TimeIcon({ path }: { readonly path: string }) {
  return (
    <svg viewBox="0 0 20 20" className="panel-time-icon" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

/** Whether and in which colours the chosen acquisition is drawn on the map. */
function SceneChoice({ run, stops, chosen }: ControlProps) {
  const t = useTranslate();
  const view = useStore(useShallow(({ left, right, compare }) => ({ left, right, compare })));
  const shown = shownScene(view);
  const [wished, setWished] = useState<ShownStyle>('true-color');
  const offered = new Set(run.acquisitions.flatMap((acquisition) => acquisition.styles));
  const styles = SHOWN_STYLES.filter((style) => offered.has(style));
  if (styles.length === 0) return null;
  const current = shown?.style ?? (styles.includes(wished) ? wished : styles[0]!);
  const acquisition = chosen === null ? undefined : run.acquisitions[chosen];
  const choose = (style: ShownStyle | undefined) => {
    if (!style) return;
    setWished(style);
    if (shown && chosen !== null) showScene(style, chosen);
  };
  const toggle = (isOn: boolean) => {
    if (!isOn && acquisition) return hideScene(run, acquisition);
    const index = chosen ?? nextStop(stops, null, { direction: -1, isClear: true }) ?? stops.at(-1)!.index;
    showScene(current, index);
  };
  return (
    <div className="panel-time-scene" data-shown={shown !== null || undefined}>
      <ToggleButtonGroup
        aria-label={t('time.style')}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[current]}
        onSelectionChange={(keys) => choose([...keys][0] as ShownStyle | undefined)}
      >
        {styles.map((style) => (
          <ToggleButton key={style} id={style}>
            {t(`time.style.${style}`)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <ToggleButton isSelected={shown !== null} onChange={toggle}>
        {t('time.showOnMap')}
      </ToggleButton>
    </div>
  );
}
