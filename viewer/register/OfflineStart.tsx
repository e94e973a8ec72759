import './register.css';
import { useEffect } from 'react';
import { Button } from 'react-aria-components';
import { useDrafts } from '../delineate/drafts.ts';
import { startOffline } from '../offline/start-offline.ts';
import { Icon } from '../shell/icons.tsx';
import { DraftList } from './DraftList.tsx';
import { useSpeaker } from './use-speaker.ts';

/** The page for delineating where neither the server nor a pack is there: nothing is lost, and it says so. */
export default function OfflineStart({ retry }: { readonly retry: () => void }) {
  const { t } = useSpeaker();
  const drafts = useDrafts((state) => state.drafts);
  useEffect(() => void startOffline(), []);
  const save = () => {
    const features = [...drafts.values()].map(({ draftId, geometry, attributes, edits, reason }) => ({
      type: 'Feature',
      id: draftId,
      properties: { ...attributes, edits: edits?.id ?? null, version: edits?.version ?? null, reason },
      geometry,
    }));
    const text = JSON.stringify({ type: 'FeatureCollection', features }, null, 1);
    const url = URL.createObjectURL(new Blob([text], { type: 'application/geo+json' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = 'drafts.geojson';
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  };
  return (
    <div className="reg reg-start">
      <h2>{t('offline.start')}</h2>
      <p>{t('offline.start.text')}</p>
      {drafts.size === 0 ? <p className="panel-note">{t('offline.start.none')}</p> : <DraftList />}
      <div className="reg-deeds">
        <Button data-primary="" onPress={retry}>
          {t('shell.retry')}
        </Button>
        {drafts.size > 0 && (
          <Button onPress={save}>
            <Icon name="export" />
            {t('offline.start.save')}
          </Button>
        )}
      </div>
    </div>
  );
}
