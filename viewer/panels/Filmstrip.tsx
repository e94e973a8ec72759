import { memo, useEffect, useMemo, useRef } from 'react';
import { Button } from 'react-aria-components';
import type { RunInfo, SeriesPoint } from '../../shared/api.ts';
import { chipAddress } from '../api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { chooseAcquisition, useStore } from '../state.ts';
import { formatDay } from './format.ts';

const CHIP_PX = 96;

interface FilmstripProps {
  readonly parcelId: string;
  readonly points: readonly SeriesPoint[];
  readonly run: RunInfo;
}

/** The parcel on all its clear dates, side by side; pictures come as they scroll into sight. */
export function Filmstrip({ parcelId, points, run }: FilmstripProps) {
  const t = useTranslate();
  const chosen = useStore((state) => state.acquisition);
  const strip = useRef<HTMLUListElement>(null);
  const clear = useMemo(() => points.filter((point) => point.outcome === 'ok'), [points]);
  useEffect(() => {
    const frame = strip.current?.querySelector<HTMLElement>(`[data-acquisition="${chosen}"]`);
    // Sideways only: the panel itself stays where it is.
    if (frame && strip.current) strip.current.scrollLeft = frame.offsetLeft - strip.current.clientWidth / 2 + 44;
  }, [chosen]);
  if (run.imageryNote !== null || clear.length === 0) return null;
  return (
    <div className="panel-film">
      <h3>{t('parcel.clearPictures', { count: clear.length })}</h3>
      <ul className="panel-film-strip" ref={strip} data-scrolls>
        {clear.map((point) => (
          <li key={point.acquisition} data-acquisition={point.acquisition}>
            <Frame parcelId={parcelId} point={point} version={run.version} />
          </li>
        ))}
      </ul>
    </div>
  );
}

interface FrameProps {
  readonly parcelId: string;
  readonly point: SeriesPoint;
  readonly version: string;
}

/** One date; drawn anew only when it becomes the chosen one or ceases to be. */
const Frame = memo(function Frame({ parcelId, point, version }: FrameProps) {
  const language = useStore((state) => state.language);
  const isChosen = useStore((state) => state.acquisition === point.acquisition);
  return (
    <Button
      className="panel-film-frame"
      data-chosen={isChosen || undefined}
      aria-current={isChosen ? 'date' : false}
      onPress={() => chooseAcquisition(point.acquisition)}
    >
      <img
        loading="lazy"
        width={CHIP_PX}
        height={CHIP_PX}
        alt=""
        src={chipAddress(parcelId, point.acquisition, { style: 'true-color', clouds: false, sizePx: CHIP_PX, version })}
      />
      <span>{formatDay(language, point.datetime)}</span>
    </Button>
  );
});
