import './register.css';
import { useEffect, useState } from 'react';
import { Button, Switch } from 'react-aria-components';
import { useDrafts } from '../delineate/drafts.ts';
import { startOffline } from '../offline/start-offline.ts';
import { Icon } from '../shell/icons.tsx';
import { DraftList } from './DraftList.tsx';
import { draftsFile } from './drafts-file.ts';
import { useSpeaker } from './use-speaker.ts';

/** The page for delineating where neither the server nor a pack is there: nothing is lost, and it says so. */
export default function OfflineStart({ retry }: { readonly retry: () => void }) {
  const { t } = useSpeaker();
  const drafts = useDrafts((state) => state.drafts);
  useEffect(() => void startOffline(), []);
  const [personal, setPersonal] = useState(false);
  return (
    <div className="reg reg-start">
      <h2>{t('offline.start')}</h2>
      <p>{t('offline.start.text')}</p>
      {drafts.size === 0 ? <p className="panel-note">{t('offline.start.none')}</p> : <DraftList />}
      {drafts.size > 0 && (
        <>
          <Switch isSelected={personal} onChange={setPersonal}>
            <span className="indicator" />
            {t('offline.start.personal')}
          </Switch>
          <p className="panel-note">{t('offline.start.personal.why')}</p>
        </>
      )}
      <div className="reg-deeds">
        <Button data-primary="" onPress={retry}>
          {t('shell.retry')}
        </Button>
        {drafts.size > 0 && (
          <Button onPress={() => save(draftsFile([...drafts.values()], { personal }))}>
            <Icon name="export" />
            {t('offline.start.save')}
          </Button>
        )}
      </div>
    </div>
  );
}

function save(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/geo+json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'drafts.geojson';
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
