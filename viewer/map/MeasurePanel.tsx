import { useEffect } from 'react';
import { Button } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';
import { formatHa, formatNumber } from '../panels/format.ts';
import { type Language, useStore } from '../state.ts';
import { useMapStore } from './map-store.ts';
import { type LonLat, measure } from './measure.ts';

/** Length and area of the points set so far, and of the one under the pointer. */
export default function MeasurePanel() {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const set = useStore((state) => state.set);
  const points = useMapStore((state) => state.measured);
  const { lengthM, perimeterM, areaHa, isCrossing } = measure(points);
  const clear = () => useMapStore.setState({ measured: [] });
  useEffect(() => () => useMapStore.setState({ measured: [] }), []);
  return (
    <section className="map-measure" aria-label={t('map.measure')}>
      <output className="map-measure-figures">
        <Figure name={t('map.measureLength')} {...lengthText(lengthM, language)} />
        {perimeterM !== null && <Figure name={t('map.measurePerimeter')} {...lengthText(perimeterM, language)} />}
        {areaHa !== null && <Figure name={t('map.measureArea')} text={formatHa(language, areaHa)} unit="ha" />}
        {isCrossing && <span>{t('map.measureCrossing')}</span>}
      </output>
      {points.length === 0 && <p>{t('map.measureHint')}</p>}
      <div className="map-measure-actions">
        <Button isDisabled={points.length === 0} onPress={removeLast}>
          {t('map.measureUndo')}
        </Button>
        <Button isDisabled={points.length === 0} onPress={clear}>
          {t('map.measureClear')}
        </Button>
        <Button onPress={() => set({ tool: 'none' })}>{t('map.measureEnd')}</Button>
      </div>
    </section>
  );
}

function removeLast(): void {
  useMapStore.setState(({ measured }) => ({ measured: measured.slice(0, -1) as readonly LonLat[] }));
}

function Figure({ name, text, unit }: { name: string; text: string; unit: string }) {
  return (
    <span className="map-measure-figure">
      <span className="map-measure-name">{name}</span>
      <span>
        {text}
        <span className="unit">{unit}</span>
      </span>
    </span>
  );
}

function lengthText(lengthM: number, language: Language): { text: string; unit: string } {
  if (lengthM >= 1000) return { text: formatNumber(language, lengthM / 1000, 3), unit: 'km' };
  return { text: formatNumber(language, lengthM, 1), unit: 'm' };
}
