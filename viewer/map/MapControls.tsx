import type { ReactNode } from 'react';
import { Button, ToggleButton, Tooltip, TooltipTrigger } from 'react-aria-components';
import type { RunInfo } from '../../shared/api.ts';
import { type MessageKey, useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { surfacesOf, wantsCalm } from './map-store.ts';

const ICONS = {
  'map.zoomIn': 'M10 4v12M4 10h12',
  'map.zoomOut': 'M4 10h12',
  'map.fitAll': 'M3.5 7.5v-4h4M12.5 3.5h4v4M16.5 12.5v4h-4M7.5 16.5h-4v-4M7 7h6v6H7z',
  'map.measure': 'M2.8 13.2 13.2 2.8l4 4L6.8 17.2ZM5.4 10.6l1.6 1.6M8 8l2.2 2.2M10.6 5.4l1.6 1.6',
} as const satisfies Partial<Record<MessageKey, string>>;

/** Zoom, all parcels, measure: one column of buttons. */
export function MapControls({ run }: { run: RunInfo }) {
  const tool = useStore((state) => state.tool);
  const set = useStore((state) => state.set);
  const surface = () => surfacesOf()[0];
  const motion = () => ({ animate: !wantsCalm() });
  return (
    <div className="map-controls">
      <Labelled name="map.zoomIn">
        {(props) => <Button {...props} onPress={() => surface()?.map.zoomIn(motion())} />}
      </Labelled>
      <Labelled name="map.zoomOut">
        {(props) => <Button {...props} onPress={() => surface()?.map.zoomOut(motion())} />}
      </Labelled>
      <Labelled name="map.fitAll">
        {(props) => <Button {...props} onPress={() => surface()?.fit(run.bboxDeg, wantsCalm())} />}
      </Labelled>
      <Labelled name="map.measure">
        {(props) => (
          <ToggleButton
            {...props}
            isSelected={tool === 'measure'}
            onChange={(isOn) => set({ tool: isOn ? 'measure' : 'none' })}
          />
        )}
      </Labelled>
    </div>
  );
}

interface ControlProps {
  readonly 'aria-label': string;
  readonly children: ReactNode;
}

function Labelled({ name, children }: { name: keyof typeof ICONS; children: (props: ControlProps) => ReactNode }) {
  const t = useTranslate();
  const icon = (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <path d={ICONS[name]} fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinejoin="round" />
    </svg>
  );
  return (
    <TooltipTrigger delay={500}>
      {children({ 'aria-label': t(name), children: icon })}
      <Tooltip placement="left" className="map-hint">
        {t(name)}
      </Tooltip>
    </TooltipTrigger>
  );
}
