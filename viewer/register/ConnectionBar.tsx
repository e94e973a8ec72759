import { Button } from 'react-aria-components';
import { useDrafts } from '../delineate/drafts.ts';
import { switchTo } from '../delineate/switch-draft.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useOffline } from '../offline/offline-store.ts';
import { useOutbox } from '../offline/outbox-store.ts';
import { useIsConnected } from '../shell/connection.ts';
import { IconButton } from '../shell/IconButton.tsx';
import { formatMoment } from '../shell/moment.ts';
import { useStore } from '../state.ts';
import { useRegister } from './register-store.ts';

/** Whether there is a connection, from when the data are without one, and what waits to be handed in. */
export function ConnectionBar() {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const lastDataMs = useStore((state) => state.lastDataMs);
  const isConnected = useIsConnected();
  const drafts = useDrafts((state) => state.drafts);
  const isSaving = useOffline((state) => state.isSaving);
  const regions = useRegister((state) => state.info?.regions);
  // What was begun for another twin at this address is handed in there.
  const own = [...drafts.values()].filter(({ regionId }) => regions?.some(({ id }) => id === regionId) ?? true);
  const waiting = own.filter(({ state }) => state === 'waiting').length;
  const conflicts = own.filter(({ state }) => state === 'conflict');
  return (
    <div className="reg-connection" role="status">
      <p className={isConnected ? 'reg-link reg-link-live' : 'reg-link reg-link-lost'}>
        {t(isConnected ? 'offline.connected' : 'offline.not-connected')}
        {!isConnected && lastDataMs !== null && (
          <span className="reg-soft">{t('offline.data-of', { time: formatMoment(language, lastDataMs) })}</span>
        )}
      </p>
      {/* Said only once it is true: what waits is kept, whatever happens to this page. */}
      {waiting > 0 && !isSaving && (
        <p className="reg-waiting">{t(isConnected ? 'offline.sending' : 'offline.waiting', { count: waiting })}</p>
      )}
      {conflicts.length > 0 && (
        <p className="reg-conflicts">
          {t('offline.conflicts', { count: conflicts.length })}
          <Button data-quiet="" onPress={() => switchTo(conflicts[0]!.draftId)}>
            {t('offline.look')}
          </Button>
        </p>
      )}
      <Trouble />
      <Taken />
    </div>
  );
}

/** What keeps drafts from being kept or handed in. */
function Trouble() {
  const t = useTranslate();
  const keeping = useOffline((state) => state.keeping);
  const trouble = useOutbox((state) => state.trouble);
  return (
    <>
      {keeping === 'failed' && <p className="reg-conflicts">{t('register.draft.not-kept')}</p>}
      {trouble !== null && (
        <p className="reg-conflicts">
          {t('register.trouble')} <span lang="en">{trouble}</span>
        </p>
      )}
    </>
  );
}

/** What the register took last. */
function Taken() {
  const t = useTranslate();
  const taken = useOutbox((state) => state.taken);
  if (taken === null) return null;
  return (
    <p className="reg-taken">
      <span>{t('register.taken', { id: taken.id, version: taken.version })}</span>
      <IconButton icon="close" label={t('register.close')} onPress={() => useOutbox.setState({ taken: null })} />
    </p>
  );
}
