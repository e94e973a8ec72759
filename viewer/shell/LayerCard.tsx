import { lazy, Suspense } from 'react';
import {
  Label,
  Slider,
  SliderOutput,
  SliderThumb,
  SliderTrack,
  Switch,
  ToggleButton,
  ToggleButtonGroup,
} from 'react-aria-components';
import type { RunInfo } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { type Compare, useStore } from '../state.ts';
import { isValueKind, type ValueKind } from '../style/ramp-choices.ts';
import { changeCompare, swapSides } from './compare.ts';
import { IconButton } from './IconButton.tsx';
import { LayerSelect } from './LayerSelect.tsx';
import { kindOf, sceneOf } from './layer-options.ts';

const ColouringControl = lazy(() => import('./ColouringControl.tsx'));

const COMPARES = ['off', 'swipe', 'side', 'flicker'] as const satisfies readonly Compare[];

/** What the map shows: layers, their comparison, how strong they are drawn and in which colours. */
export function LayerCard({ run }: { run: RunInfo }) {
  const t = useTranslate();
  const compare = useStore((state) => state.compare);
  const left = useStore((state) => state.left);
  const right = useStore((state) => state.right);
  const isComparing = compare !== 'off';
  // Flicker shows both in one place, one after the other.
  const sides = compare === 'flicker' ? (['first', 'second'] as const) : (['left', 'right'] as const);
  const shown = isComparing ? [left, right] : [left];
  const kinds = [...new Set(shown.map((id) => kindOf(run, id)))].filter(
    (kind): kind is ValueKind => kind !== null && isValueKind(kind),
  );
  return (
    <div className="shell-layer-card">
      <CompareChoice run={run} />
      <LayerSelect run={run} side="left" label={t(isComparing ? `shell.layer.${sides[0]}` : 'shell.layer.shown')} />
      {isComparing && (
        <div className="shell-swap">
          <LayerSelect run={run} side="right" label={t(`shell.layer.${sides[1]}`)} />
          <IconButton icon="swap" label={t('shell.layer.swap')} onPress={swapSides} />
        </div>
      )}
      {run.imageryNote !== null && <p className="shell-note">{run.imageryNote}</p>}
      <Opacity />
      <Switches run={run} hasScene={shown.some((id) => sceneOf(id) !== null)} />
      <Suspense fallback={null}>
        {kinds.map((kind) => (
          <ColouringControl key={kind} run={run} kind={kind} />
        ))}
      </Suspense>
    </div>
  );
}

function CompareChoice({ run }: { run: RunInfo }) {
  const t = useTranslate();
  const compare = useStore((state) => state.compare);
  return (
    <div className="shell-field">
      <span className="react-aria-Label" id="shell-compare">
        {t('shell.compare')}
      </span>
      <ToggleButtonGroup
        aria-labelledby="shell-compare"
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[compare]}
        onSelectionChange={(keys) => changeCompare(run, [...keys][0] as Compare)}
      >
        {COMPARES.map((one) => (
          <ToggleButton key={one} id={one}>
            {t(`shell.compare.${one}`)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </div>
  );
}

function Opacity() {
  const t = useTranslate();
  const opacity = useStore((state) => state.opacity);
  const set = useStore((state) => state.set);
  return (
    <Slider
      value={opacity}
      minValue={0}
      maxValue={1}
      step={0.05}
      formatOptions={{ style: 'percent' }}
      onChange={(value) => set({ opacity: value as number })}
    >
      <Label>{t('shell.opacity')}</Label>
      <SliderOutput />
      <SliderTrack>
        <SliderThumb />
      </SliderTrack>
    </Slider>
  );
}

function Switches({ run, hasScene }: { run: RunInfo; hasScene: boolean }) {
  const t = useTranslate();
  const { showMask, showParcels, showControls, showBasemap, parcel } = useStore();
  const set = useStore((state) => state.set);
  return (
    <div className="shell-switches">
      <Switch isSelected={showParcels} onChange={(isOn) => set({ showParcels: isOn })}>
        <span className="indicator" />
        {t('shell.show.parcels')}
      </Switch>
      {run.change && parcel !== null && (
        <Switch isSelected={showControls} onChange={(isOn) => set({ showControls: isOn })}>
          <span className="indicator" />
          {t('shell.show.controls')}
        </Switch>
      )}
      {hasScene && (
        <Switch isSelected={showMask} onChange={(isOn) => set({ showMask: isOn })}>
          <span className="indicator" />
          {t('shell.show.mask')}
        </Switch>
      )}
      {run.basemap && (
        <Switch isSelected={showBasemap} onChange={(isOn) => set({ showBasemap: isOn })}>
          <span className="indicator" />
          {t('shell.show.basemap')}
        </Switch>
      )}
    </div>
  );
}
