import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';
import { useMapStore, wantsCalm } from './map-store.ts';

const FLICKER_MS = 1000;

function showOther(): void {
  useMapStore.setState(({ flickerSide }) => ({ flickerSide: flickerSide === 'left' ? 'right' : 'left' }));
}

/** Shows both sides in turn. Who asked for less motion begins with it stopped and steps by hand. */
export function Flicker() {
  const t = useTranslate();
  const [isRunning, setRunning] = useState(() => !wantsCalm());
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(showOther, FLICKER_MS);
    return () => clearInterval(timer);
  }, [isRunning]);
  useEffect(() => () => useMapStore.setState({ flickerSide: 'left' }), []);
  return (
    <div className="map-flicker">
      <Button onPress={() => setRunning(!isRunning)}>{t(isRunning ? 'map.flickerStop' : 'map.flickerStart')}</Button>
      <Button
        onPress={() => {
          setRunning(false);
          showOther();
        }}
      >
        {t('map.flickerStep')}
      </Button>
    </div>
  );
}
