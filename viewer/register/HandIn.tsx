import { useState } from 'react';
import { Button } from 'react-aria-components';
import { changeDraft, type Draft } from '../delineate/drafts.ts';
import { useTranslate } from '../i18n/translate.ts';
import { handIn, takeBack } from '../offline/outbox.ts';
import { useIsConnected } from '../shell/connection.ts';
import { missingOf } from './attribute-text.ts';
import { keepAuthor, useAuthor } from './author.ts';
import { FormField } from './FormField.tsx';
import { useRegister } from './register-store.ts';

/** Name, reason and the button that hands the draft in; says what is missing, what waits and what was refused. */
export function HandIn({ draft }: { readonly draft: Draft }) {
  const t = useTranslate();
  const isConnected = useIsConnected();
  const { state, draftId, refusal } = draft;
  if (state === 'conflict') return null;
  if (state === 'waiting') {
    return (
      <div className="reg-hand-in" role="status">
        <p>{t(isConnected ? 'register.sending' : 'register.waiting')}</p>
        <Button onPress={() => takeBack(draftId)}>{t('register.waiting.back')}</Button>
      </div>
    );
  }
  return (
    <div className="reg-hand-in">
      {state === 'refused' && refusal !== null && (
        <p className="panel-notice panel-notice-bad reg-refusal" role="alert">
          {t('register.refused')} <span lang="en">{refusal}</span>
        </p>
      )}
      <HandInForm draft={draft} />
    </div>
  );
}

function HandInForm({ draft }: { readonly draft: Draft }) {
  const t = useTranslate();
  const author = useAuthor((state) => state.author);
  const isConnected = useIsConnected();
  const obstacle = useObstacle(draft);
  const [isAsked, setAsked] = useState(false);
  const { draftId, edits } = draft;
  const send = () => {
    setAsked(true);
    if (obstacle === null) handIn(draftId);
  };
  return (
    <>
      <h3>{t('register.hand-in.title')}</h3>
      <FormField
        label={t('register.author')}
        hint={t('register.author.hint')}
        mark="required"
        value={author}
        onChange={keepAuthor}
      />
      <FormField
        label={t('register.reason')}
        hint={t('register.reason.hint')}
        mark="required"
        isLong
        value={draft.reason}
        onChange={(reason) => changeDraft(draftId, { reason, changedMs: Date.now() })}
      />
      <p className="panel-note">
        {edits ? t('register.hand-in.edit', { version: edits.version + 1, id: edits.id }) : t('register.hand-in.new')}{' '}
        {!isConnected && t('register.hand-in.offline')}
      </p>
      <Replaced draft={draft} />
      {isAsked && obstacle !== null && (
        <p className="reg-error" role="alert">
          {obstacle}
        </p>
      )}
      <Button data-primary="" onPress={send}>
        {t('register.hand-in')}
      </Button>
    </>
  );
}

/** Registered parcels that were merged into the draft leave the register with it. */
function Replaced({ draft: { provenance, edits } }: { readonly draft: Draft }) {
  const t = useTranslate();
  const parcels = useRegister((state) => state.parcels);
  if (provenance.kind !== 'merged') return null;
  const names = provenance.from.map(({ id }) => id).filter((id) => id !== edits?.id && parcels.has(id));
  return names.length === 0 ? null : (
    <p className="panel-note">{t('register.hand-in.replaces', { names: names.join(', ') })}</p>
  );
}

/** What has to be done before the draft can be handed in, as a sentence; null when nothing. */
function useObstacle(draft: Draft): string | null {
  const t = useTranslate();
  const author = useAuthor((state) => state.author);
  if (draft.geometry === null) return t('register.hand-in.nothing');
  // An outline that is registered already may be put right by somebody who does not know the papers.
  const missing: string[] = draft.edits ? [] : missingOf(draft.attributes).map((name) => t(`register.${name}`));
  if (author.trim() === '') missing.push(t('register.author'));
  if (draft.reason.trim() === '') missing.push(t('register.reason'));
  if (missing.length > 0) return t('register.hand-in.missing', { list: missing.join(', ') });
  const isWrong = draft.check?.parcel.findings.some(({ severity }) => severity === 'error') ?? false;
  return isWrong ? t('register.hand-in.errors') : null;
}
