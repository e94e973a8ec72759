import '../panels/panels.css';
import '../panels/table.css';
import './register.css';
import { useState } from 'react';
import { Button, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';
import { beginDraft } from '../delineate/begin-draft.ts';
import { middle } from '../delineate/board-now.ts';
import { chooseTool } from '../delineate/sketching.ts';
import type { PlaceProps } from '../delineate/slots.tsx';
import { useTranslate } from '../i18n/translate.ts';
import { FailureNotice } from '../panels/Notice.tsx';
import { IconButton } from '../shell/IconButton.tsx';
import { Icon } from '../shell/icons.tsx';
import { ConnectionBar } from './ConnectionBar.tsx';
import { DraftList } from './DraftList.tsx';
import { ImportPanel } from './ImportPanel.tsx';
import { showRegisterView, useRegisterView } from './import-store.ts';
import { OfflinePanel } from './OfflinePanel.tsx';
import { ParcelList } from './ParcelList.tsx';
import RegisterExport from './RegisterExport.tsx';
import { boxOfRegion, loadRegister, useRegister } from './register-store.ts';
import { SuggestionSwitch } from './SuggestionSwitch.tsx';
import { fitBox } from './shapes.ts';

/** Left column where parcels are delineated: drafts, registered parcels, files in and out, work without a connection. */
export default function RegisterPanel(_: PlaceProps) {
  const view = useRegisterView((state) => state.view);
  return (
    <div className="reg">
      <ConnectionBar />
      {view === 'list' && <Register />}
      {view === 'import' && <ImportPanel />}
      {view === 'offline' && <OfflinePanel />}
    </div>
  );
}

function Register() {
  const t = useTranslate();
  const failure = useRegister((state) => state.failure);
  const info = useRegister((state) => state.info);
  return (
    <>
      <header className="reg-head">
        <h2>{t('register.title')}</h2>
        <RegionSelect />
        <Deeds />
      </header>
      {failure && !(failure.isOffline && info) && (
        <FailureNotice failure={failure} onRetry={() => void loadRegister()} />
      )}
      <DraftList />
      <SuggestionSwitch />
      <ParcelList />
    </>
  );
}

function RegionSelect() {
  const t = useTranslate();
  const regions = useRegister((state) => state.info?.regions) ?? [];
  const regionId = useRegister((state) => state.regionId);
  if (regions.length < 2) return null;
  const choose = (id: string) => {
    useRegister.setState({ regionId: id });
    const box = boxOfRegion(id);
    if (box) fitBox(box);
  };
  return (
    <Select
      className="react-aria-Select reg-region"
      aria-label={t('register.region')}
      value={regionId}
      onChange={(key) => choose(String(key))}
    >
      <Button>
        <SelectValue>{regions.find(({ id }) => id === regionId)?.name}</SelectValue>
        <Icon name="down" />
      </Button>
      <Popover>
        <ListBox>
          {regions.map(({ id, name }) => (
            <ListBoxItem key={id} id={id}>
              {name}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}

/** A draft of a new parcel where the map looks, with the pen for its outline in hand. */
function beginDrawing(): void {
  beginDraft({ kind: 'drawn', place: middle() });
  chooseTool('polygon');
}

/** What can be done here; the one thing to begin with comes first. */
function Deeds() {
  const t = useTranslate();
  const [isExporting, setExporting] = useState(false);
  return (
    <div className="reg-deeds">
      <Button data-primary="" onPress={beginDrawing}>
        <Icon name="add" />
        {t('register.new')}
      </Button>
      <Button onPress={() => showRegisterView('import')}>
        <Icon name="import" />
        {t('register.import')}
      </Button>
      <IconButton icon="export" label={t('register.export')} onPress={() => setExporting(true)} />
      <IconButton icon="pack" label={t('register.offline')} onPress={() => showRegisterView('offline')} />
      {isExporting && <RegisterExport close={() => setExporting(false)} />}
    </div>
  );
}
