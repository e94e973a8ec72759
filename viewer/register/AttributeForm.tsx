import './register.css';
import './form.css';
import { useState } from 'react';
import type { ParcelAttributes } from '../../shared/parcel-check.ts';
import { changeDraft, type Draft } from '../delineate/drafts.ts';
import { useTranslate } from '../i18n/translate.ts';
import { readHectares, textOrNull } from './attribute-text.ts';
import { FormField } from './FormField.tsx';
import { HandIn } from './HandIn.tsx';
import { InterventionSelect } from './InterventionSelect.tsx';

interface FormProps {
  readonly draft: Draft;
}

/** What is said about the parcel of the open draft, and handing it in. */
export default function AttributeForm({ draft }: FormProps) {
  const t = useTranslate();
  const { attributes, draftId, state } = draft;
  const isFixed = state === 'waiting';
  const say = (change: Partial<ParcelAttributes>) => {
    // What is said is checked too; what was found of the outline is asked for again with it.
    changeDraft(draftId, { attributes: { ...attributes, ...change }, check: null, changedMs: Date.now() });
  };
  return (
    <section className="reg-form" aria-label={t('register.form')}>
      <h3>{t('register.form')}</h3>
      <FormField
        label={t('register.name')}
        hint={t('register.name.hint')}
        mark="required"
        value={attributes.name ?? ''}
        isDisabled={isFixed}
        onChange={(text) => say({ name: text === '' ? null : text })}
      />
      <InterventionSelect
        value={attributes.intervention}
        isDisabled={isFixed}
        onChange={(intervention) => say({ intervention })}
      />
      <FormField
        label={t('register.start-date')}
        hint={t('register.start-date.hint')}
        mark="required"
        type="date"
        value={attributes.startDate ?? ''}
        isDisabled={isFixed}
        onChange={(text) => say({ startDate: textOrNull(text) })}
      />
      <Personal attributes={attributes} isFixed={isFixed} say={say} />
      <StatedHa key={draftId} attributes={attributes} isFixed={isFixed} say={say} />
      <MoreProperties attributes={attributes} />
      <HandIn draft={draft} />
    </section>
  );
}

interface PartProps {
  readonly attributes: ParcelAttributes;
  readonly isFixed: boolean;
  readonly say: (change: Partial<ParcelAttributes>) => void;
}

/** What may not leave the register without being asked for. */
function Personal({ attributes, isFixed, say }: PartProps) {
  const t = useTranslate();
  return (
    <fieldset className="reg-personal">
      <legend>{t('register.personal')}</legend>
      <p className="reg-hint">{t('register.tenure-or-consent')}</p>
      <FormField
        label={t('register.tenure')}
        hint={t('register.tenure.hint')}
        value={attributes.tenure ?? ''}
        isDisabled={isFixed}
        onChange={(text) => say({ tenure: text === '' ? null : text })}
      />
      <FormField
        label={t('register.consent')}
        hint={t('register.consent.hint')}
        value={attributes.consent ?? ''}
        isDisabled={isFixed}
        onChange={(text) => say({ consent: text === '' ? null : text })}
      />
      <p className="panel-note">{t('register.personal.why')}</p>
    </fieldset>
  );
}

/** Kept as it is typed; only a number of hectares is taken over. */
function StatedHa({ attributes, isFixed, say }: PartProps) {
  const t = useTranslate();
  const [text, setText] = useState(attributes.statedHa === null ? '' : String(attributes.statedHa));
  const isWrong = readHectares(text) === undefined;
  const change = (next: string) => {
    setText(next);
    const ha = readHectares(next);
    if (ha !== undefined && ha !== attributes.statedHa) say({ statedHa: ha });
  };
  return (
    <FormField
      label={t('register.stated-ha')}
      hint={t('register.stated-ha.hint')}
      error={isWrong ? t('register.stated-ha.wrong') : null}
      inputMode="decimal"
      value={text}
      isDisabled={isFixed}
      onChange={change}
    />
  );
}

/** What the file said beside that, as it said it. */
function MoreProperties({ attributes: { more } }: { readonly attributes: ParcelAttributes }) {
  const t = useTranslate();
  const rows = Object.entries(more);
  if (rows.length === 0) return null;
  return (
    <details className="reg-more">
      <summary>{t('register.more-properties')}</summary>
      <dl className="reg-facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
