import type { RunInfo } from '../../shared/api.ts';
import type { Period } from '../../shared/result.ts';
import { useTranslate } from '../i18n/translate.ts';
import { describeLayer } from '../shell/layer-options.ts';
import { type Language, useStore } from '../state.ts';
import { useMapStore } from './map-store.ts';
import { layerOf, type Side } from './raster-plan.ts';

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
    <div className="map-side-labels" data-compare={compare} style={{ '--map-swipe': fraction } as never}>
      <SideLabel run={run} side="left" place={places[0]} />
      <SideLabel run={run} side="right" place={places[1]} />
    </div>
  );
}

/** First to last day as short as the language writes it: `10–13 Aug 2023`. */
function formatDays(language: Language, { start, end }: Period): string {
  const locale = language === 'en' ? 'en-GB' : language;
  const format = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
  return format.formatRange(new Date(start), new Date(end));
}

/** Lines break behind a dash or a comma, never inside a date or a satellite's name. */
function WholeDates({ text }: { text: string }) {
  // The spaces stand between the parts, where a line may break.
  return text.split(/(?<=[,–])(\s)/).map((part) =>
    part.trim() === '' ? (
      part
    ) : (
      <span key={part} className="map-side-part">
        {part}
      </span>
    ),
  );
}

type Place = 'middle' | 'before' | 'after' | 'first' | 'second';

function SideLabel({ run, side, place }: { run: RunInfo; side: Side; place: Place }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const id = useStore((state) => state[side]);
  const { name, dates: described } = describeLayer(run, id, { t, language });
  const layer = layerOf(run, id);
  const dates = layer && layer.days.start !== layer.days.end ? formatDays(language, layer.days) : described;
  return (
    <div className="map-side-label" data-side={side} data-place={place}>
      <span className="map-side-dates">{dates ? <WholeDates text={dates} /> : name}</span>
      {dates && <span className="map-side-name">{name}</span>}
    </div>
  );
}
