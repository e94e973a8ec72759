import './register.css';
import './import.css';
import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import type { Bbox } from '../../shared/grid.ts';
import type { PackManifest } from '../../shared/register.ts';
import { surfacesOf } from '../map/map-store.ts';
import { useOffline } from '../offline/offline-store.ts';
import { fetchPack, packedOnly, readPacks, stopPack } from '../offline/packs.ts';
import { useIsConnected } from '../shell/connection.ts';
import { IconButton } from '../shell/IconButton.tsx';
import { FormField } from './FormField.tsx';
import { showRegisterView } from './import-store.ts';
import { PackList } from './PackList.tsx';
import { sayBytes } from './quantities.ts';
import { registerApi } from './register-api.ts';
import { failureOf, useRegister } from './register-store.ts';
import { useSpeaker } from './use-speaker.ts';

/** Packs of places for work without a connection: their size beforehand, their download, the room they take. */
export function OfflinePanel() {
  const { t, language } = useSpeaker();
  const room = useOffline((state) => state.room);
  const startsOffline = useOffline((state) => state.startsOffline);
  const progress = useOffline((state) => state.progress);
  useEffect(() => void readPacks(), []);
  return (
    <section className="reg-offline" aria-label={t('offline.title')}>
      <header className="reg-sub-head">
        <IconButton icon="left" label={t('register.back')} onPress={() => showRegisterView('list')} />
        <h2>{t('offline.title')}</h2>
      </header>
      <p className="panel-note">{t(startsOffline ? 'offline.starts' : 'offline.starts-not')}</p>
      <h3>{t('offline.pack')}</h3>
      <p>{t('offline.pack.why')}</p>
      {progress ? <Progress /> : <NewPack />}
      <PackFailure />
      <PackList />
      {room && (
        <p className="panel-note">
          {t('offline.room', { used: sayBytes(language, room.usedBytes), quota: sayBytes(language, room.quotaBytes) })}
        </p>
      )}
    </section>
  );
}

interface Offer {
  readonly manifest: PackManifest;
  readonly bboxDeg: Bbox;
}

/** Size first, then the download. */
function NewPack() {
  const { t } = useSpeaker();
  const isConnected = useIsConnected();
  const [isAsking, setAsking] = useState(false);
  const [offer, setOffer] = useState<Offer | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const ask = async () => {
    const view = surfacesOf()[0]?.view();
    if (!view) return;
    const bboxDeg = [view.west, view.south, view.east, view.north].map((deg) => Number(deg.toFixed(5)));
    setAsking(true);
    setFailure(null);
    setOffer(null);
    try {
      const box = bboxDeg as unknown as Bbox;
      setOffer({ manifest: packedOnly(await registerApi.pack(box)), bboxDeg: box });
    } catch (error) {
      setFailure(failureOf(error).message);
    } finally {
      setAsking(false);
    }
  };
  return (
    <div className="reg-pack-new">
      <Button isDisabled={!isConnected} isPending={isAsking} onPress={() => void ask()}>
        {t('offline.pack.ask')}
      </Button>
      <div role="status">
        {isAsking && <p className="panel-note">{t('offline.pack.asking')}</p>}
        {failure !== null && (
          <p className="reg-error">
            {t('offline.pack.refused')} <span lang="en">{failure}</span>
          </p>
        )}
        {offer && <Offered offer={offer} />}
      </div>
    </div>
  );
}

function Offered({ offer: { manifest, bboxDeg } }: { readonly offer: Offer }) {
  const { t, language } = useSpeaker();
  const room = useOffline((state) => state.room);
  const region = useRegister(({ info, regionId }) => info?.regions.find(({ id }) => id === regionId)?.name ?? '');
  const [label, setLabel] = useState(region);
  const size = sayBytes(language, manifest.bytes);
  const leftBytes = room ? room.quotaBytes - room.usedBytes : Infinity;
  return (
    <div className="reg-offer">
      <p>
        <b>{t('offline.pack.size', { size, files: manifest.files.length })}</b>
      </p>
      {manifest.bytes > leftBytes ? (
        <p className="reg-error">{t('offline.pack.too-large', { room: sayBytes(language, leftBytes) })}</p>
      ) : (
        <>
          <p className="panel-note">{t('offline.pack.personal')}</p>
          <FormField label={t('offline.pack.name')} value={label} onChange={setLabel} />
          <Button data-primary="" onPress={() => void fetchPack(manifest, { label: label.trim() || region, bboxDeg })}>
            {t('offline.pack.fetch', { size })}
          </Button>
        </>
      )}
    </div>
  );
}

function Progress() {
  const { t, language } = useSpeaker();
  const progress = useOffline((state) => state.progress);
  if (!progress) return null;
  const { doneBytes, bytes, doneFiles, files } = progress;
  const words = t('offline.pack.progress', { done: sayBytes(language, doneBytes), size: sayBytes(language, bytes) });
  return (
    <div className="reg-sending">
      <p>{words}</p>
      <progress aria-label={words} max={files} value={doneFiles} />
      <Button onPress={stopPack}>{t('offline.pack.stop')}</Button>
    </div>
  );
}

function PackFailure() {
  const { t } = useSpeaker();
  const failure = useOffline((state) => state.packFailure);
  if (failure === null) return null;
  return (
    <p className="reg-error" role="alert">
      {t('offline.pack.failed')} <span lang="en">{failure}</span>
    </p>
  );
}
