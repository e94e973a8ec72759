import type { RunInfo } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { describeLayer } from '../shell/layer-options.ts';
import { useStore } from '../state.ts';
import { useMapStore } from './map-store.ts';
import type { Side } from './raster-plan.ts';

/** Name and date of what each side shows, printed where the eye compares: on both sides of the line, over each map. */
export function SideLabels({ run }: { run: RunInfo }) {
  const compare = useStore((state) => state.compare);
  const fraction = useStore((state) => state.swipeFraction);
  const flickerSide = useMapStore((state) => state.flickerSide);
  const isEmpty = useStore((state) => state.left === 'none');
  if (compare === 'off') return isEmpty ? null : <SideLabel run={run} side="left" place="middle" />;
  if (compare === 'flicker') return <SideLabel run={run} side={flickerSide} place="middle" />;
  const places = compare === 'swipe' ? (['before', 'after'] as const) : (['first', 'second'] as const);
  return (
    <div className="map-side-labels" style={{ '--map-swipe': fraction } as never}>
      <SideLabel run={run} side="left" place={places[0]} />
      <SideLabel run={run} side="right" place={places[1]} />
    </div>
  );
}

type Place = 'middle' | 'before' | 'after' | 'first' | 'second';

function SideLabel({ run, side, place }: { run: RunInfo; side: Side; place: Place }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const id = useStore((state) => state[side]);
  const { name, dates } = describeLayer(run, id, { t, language });
  return (
    <div className="map-side-label" data-side={side} data-place={place}>
      <span className="map-side-dates">{dates || name}</span>
      {dates && <span className="map-side-name">{name}</span>}
    </div>
  );
}
