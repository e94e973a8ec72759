import { Button } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';

/** Says in plain words why there is no map; everything beside the map goes on working. */
export function WebglNotice({ kind, restart }: { kind: 'missing' | 'lost'; restart: () => void }) {
  const t = useTranslate();
  return (
    <div className="map-webgl" role="alert">
      <p>{t(kind === 'missing' ? 'map.noWebgl' : 'map.contextLost')}</p>
      <Button onPress={restart}>{t('map.restart')}</Button>
    </div>
  );
}
