import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useIsConnected } from '../shell/connection.ts';
import { textOrNull } from './attribute-text.ts';
import { keepAuthor, useAuthor } from './author.ts';
import { FormField } from './FormField.tsx';
import type { Report } from './ImportReport.tsx';
import { InterventionSelect } from './InterventionSelect.tsx';
import { registerChosen } from './import-deeds.ts';
import { canBeTaken, type Fill, NO_FILL } from './import-plan.ts';
import { useSpeaker } from './use-speaker.ts';

/** Registers what was chosen: who, why, what holds for all of them; all or none. */
export function ImportRegister({ report }: { readonly report: Report }) {
  const { t } = useSpeaker();
  const author = useAuthor((state) => state.author);
  const isConnected = useIsConnected();
  const [reason, setReason] = useState('');
  const [fill, setFill] = useState<Fill>(NO_FILL);
  const [isSending, setSending] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const chosen = [...report.choices.values()].filter((choice) => choice.take && canBeTaken(choice));
  const warned = chosen.filter(({ checked }) => checked.verdict === 'warned').length;
  const register = async () => {
    setSending(true);
    setFailure(await registerChosen({ author, reason, fill }));
    setSending(false);
  };
  return (
    <section className="reg-import-end">
      {hasGaps(report) && <FillForm fill={fill} onChange={setFill} />}
      <FormField label={t('register.author')} mark="required" value={author} onChange={keepAuthor} />
      <FormField
        label={t('register.reason')}
        hint={t('register.reason.hint')}
        mark="required"
        isLong
        value={reason}
        onChange={setReason}
      />
      <p className="panel-note">
        {chosen.length === 0 ? t('import.register.nothing') : t('import.register.all-or-none')}{' '}
        {warned > 0 && t('import.register.warned', { count: warned })}
      </p>
      {failure !== null && (
        <p className="reg-error" role="alert">
          {t('import.not-registered')} <span lang="en">{failure}</span>
        </p>
      )}
      <Button
        data-primary=""
        isPending={isSending}
        isDisabled={!isConnected || chosen.length === 0 || author.trim() === '' || reason.trim() === ''}
        onPress={() => void register()}
      >
        {t('import.register', { count: chosen.length })}
      </Button>
    </section>
  );
}

/** Whether a parcel of the file leaves open what a person may say for all of them. */
function hasGaps({ answer }: Report): boolean {
  return answer.parcels.some(({ attributes: { intervention, startDate, tenure, consent } }) =>
    [intervention, startDate, tenure ?? consent].includes(null),
  );
}

function FillForm({ fill, onChange }: { readonly fill: Fill; readonly onChange: (fill: Fill) => void }) {
  const { t } = useSpeaker();
  return (
    <details className="reg-fill">
      <summary>{t('import.fill')}</summary>
      <div className="reg-fill-fields">
        <InterventionSelect
          isOptional
          value={fill.intervention}
          onChange={(intervention) => onChange({ ...fill, intervention })}
        />
        <FormField
          label={t('register.start-date')}
          type="date"
          value={fill.startDate ?? ''}
          onChange={(text) => onChange({ ...fill, startDate: textOrNull(text) })}
        />
        <FormField
          label={t('register.tenure')}
          value={fill.tenure ?? ''}
          onChange={(text) => onChange({ ...fill, tenure: textOrNull(text) })}
        />
        <FormField
          label={t('register.consent')}
          value={fill.consent ?? ''}
          onChange={(text) => onChange({ ...fill, consent: textOrNull(text) })}
        />
        <p className="panel-note">{t('register.personal.why')}</p>
      </div>
    </details>
  );
}
