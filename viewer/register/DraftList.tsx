import { useState } from 'react';
import { Button } from 'react-aria-components';
import { type Draft, dropDraft, useDrafts } from '../delineate/drafts.ts';
import { endStep } from '../delineate/history.ts';
import { endDrawingIn } from '../delineate/sketching.ts';
import { draftName } from '../delineate/surroundings.ts';
import { switchTo } from '../delineate/switch-draft.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useOffline } from '../offline/offline-store.ts';
import { useIsConnected } from '../shell/connection.ts';
import { IconButton } from '../shell/IconButton.tsx';
import { ShellDialog } from '../shell/ShellDialog.tsx';
import { useStore } from '../state.ts';
import { haOfGeometry } from './measure-geometry.ts';
import { sayHectares } from './quantities.ts';
import { useRegister } from './register-store.ts';
import { fitShapes } from './shapes.ts';

/** Drafts on this device: what each is about and where it stands. */
export function DraftList() {
  const t = useTranslate();
  const drafts = useDrafts((state) => state.drafts);
  const [discarding, setDiscarding] = useState<Draft | null>(null);
  if (drafts.size === 0) return null;
  return (
    <section className="reg-drafts" aria-label={t('register.drafts')}>
      <h3>{t('register.drafts')}</h3>
      <ul className="reg-list">
        {[...drafts.values()].map((draft) => (
          <DraftRow key={draft.draftId} draft={draft} discard={() => setDiscarding(draft)} />
        ))}
      </ul>
      {discarding && <DiscardDialog draft={discarding} close={() => setDiscarding(null)} />}
    </section>
  );
}

function DraftRow({ draft, discard }: { readonly draft: Draft; readonly discard: () => void }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const isOpen = useDrafts((state) => state.openId === draft.draftId);
  const isForked = useOffline((state) => state.forked.includes(draft.draftId));
  const regions = useRegister((state) => state.info?.regions);
  const isElsewhere = regions !== undefined && !regions.some(({ id }) => id === draft.regionId);
  const { geometry, edits, state } = draft;
  const isConnected = useIsConnected();
  // A draft of another twin goes nowhere here.
  const isSending = state === 'waiting' && isConnected && !isElsewhere;
  const name = draftName(draft);
  const ha = geometry && haOfGeometry(geometry);
  const show = () => {
    switchTo(draft.draftId);
    if (geometry) fitShapes([geometry]);
  };
  return (
    <li className="reg-row" data-current={isOpen || undefined}>
      <Button className="reg-row-main" onPress={show} {...(isOpen ? { 'aria-current': 'true' as const } : {})}>
        <bdi className="reg-row-name">{name}</bdi>
        <span className="reg-row-more">
          <span className={`reg-state reg-state-${state}`}>{t(`register.state.${isSending ? 'sending' : state}`)}</span>
          <span>{edits ? t('register.draft.edits', { id: edits.id }) : t('register.draft.new')}</span>
          {ha !== null && <span>{sayHectares(language, ha)}</span>}
        </span>
        {isElsewhere && <span className="reg-row-more">{t('register.draft.elsewhere')}</span>}
        {isForked && <span className="reg-row-warn">{t('register.draft.forked')}</span>}
      </Button>
      <IconButton
        icon="close"
        label={t('register.draft.discard.of', { name })}
        isDisabled={state === 'waiting'}
        onPress={discard}
      />
    </li>
  );
}

function DiscardDialog({ draft, close }: { readonly draft: Draft; readonly close: () => void }) {
  const t = useTranslate();
  const discard = () => {
    close();
    // It may have been handed in while this was asked.
    if (useDrafts.getState().drafts.get(draft.draftId)?.state === 'waiting') return;
    // What was being drawn of it goes too; else the next press on its tool would only lay the tool down.
    endStep();
    endDrawingIn(draft.draftId);
    dropDraft(draft.draftId);
  };
  return (
    <ShellDialog title={t('register.draft.discard.title')} close={close}>
      <p>{t('register.draft.discard.text', { name: draftName(draft) })}</p>
      <div className="reg-dialog-deeds">
        <Button onPress={close}>{t('register.draft.keep')}</Button>
        <Button className="react-aria-Button reg-danger" onPress={discard}>
          {t('register.draft.discard')}
        </Button>
      </div>
    </ShellDialog>
  );
}
