import { Button } from 'react-aria-components';
import type { Pack } from '../offline/database.ts';
import { useOffline } from '../offline/offline-store.ts';
import { deletePack, resumePack } from '../offline/packs.ts';
import { useIsConnected } from '../shell/connection.ts';
import { IconButton } from '../shell/IconButton.tsx';
import { formatMoment } from '../shell/moment.ts';
import { sayBytes } from './quantities.ts';
import { useRegister } from './register-store.ts';
import { fitBox } from './shapes.ts';
import { useSpeaker } from './use-speaker.ts';

/** Packs that are on this device. */
export function PackList() {
  const { t } = useSpeaker();
  const packs = useOffline((state) => state.packs);
  return (
    <section aria-label={t('offline.packs')}>
      <h3>{t('offline.packs')}</h3>
      {packs.length === 0 && <p className="panel-note">{t('offline.packs.none')}</p>}
      <ul className="reg-list">
        {packs.map((pack) => (
          <PackRow key={pack.id} pack={pack} />
        ))}
      </ul>
    </section>
  );
}

function PackRow({ pack }: { readonly pack: Pack }) {
  const { t, language } = useSpeaker();
  const isConnected = useIsConnected();
  const isFetching = useOffline((state) => state.progress !== null);
  const revision = useRegister((state) => state.info?.revision);
  const { id, label, bytes, atMs, state } = pack;
  const isOlder = state === 'whole' && isConnected && revision !== undefined && revision !== pack.revision;
  return (
    <li className="reg-row">
      <Button
        className="reg-row-main"
        aria-label={`${t('offline.pack.show')}: ${label}`}
        onPress={() => fitBox(pack.bboxDeg)}
      >
        <span className="reg-row-name">{label}</span>
        <span className="reg-row-more">
          <span>{t('offline.pack.of', { size: sayBytes(language, bytes), time: formatMoment(language, atMs) })}</span>
          {state === 'partial' && !isFetching && <span className="reg-state">{t('offline.pack.partial')}</span>}
        </span>
        {isOlder && <span className="reg-row-more">{t('offline.pack.older')}</span>}
      </Button>
      {state === 'partial' && (
        <Button isDisabled={!isConnected || isFetching} onPress={() => void resumePack(pack)}>
          {t('offline.pack.resume')}
        </Button>
      )}
      <IconButton
        icon="close"
        label={t('offline.pack.delete.of', { name: label })}
        onPress={() => void deletePack(id)}
      />
    </li>
  );
}
