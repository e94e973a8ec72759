import { Slider, SliderThumb, SliderTrack } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';

/** The line between two layers: drawn with the pointer, or moved with the arrow keys. */
export function SwipeHandle({ left, right }: { left: string; right: string }) {
  const t = useTranslate();
  const fraction = useStore((state) => state.swipeFraction);
  const set = useStore((state) => state.set);
  return (
    <Slider
      className="map-swipe"
      aria-label={t('map.swipe', { left, right })}
      value={fraction}
      minValue={0}
      maxValue={1}
      step={0.005}
      formatOptions={{ style: 'percent', maximumFractionDigits: 1 }}
      onChange={(value) => set({ swipeFraction: value as number })}
    >
      <SliderTrack className="map-swipe-track">
        <SliderThumb className="map-swipe-thumb">
          <span className="map-swipe-line" />
          <svg className="map-swipe-grip" viewBox="0 0 28 28" width="28" height="28" aria-hidden="true">
            <path d="M11 9 6 14l5 5M17 9l5 5-5 5" fill="none" stroke="currentColor" strokeWidth="2" />
          </svg>
        </SliderThumb>
      </SliderTrack>
    </Slider>
  );
}
