import { type FormEvent, useState } from 'react';
import { Button, Form } from 'react-aria-components';
import { useIsConnected } from '../shell/connection.ts';
import { FormField } from './FormField.tsx';
import { crsAskedBy, readCrs, utmOf } from './import-answers.ts';
import { answerFile } from './import-file.ts';
import type { ImportState } from './import-store.ts';
import { boxOfRegion, useRegister } from './register-store.ts';
import { useSpeaker } from './use-speaker.ts';

type Report = Extract<ImportState, { step: 'report' }>;

/** Asks for the CRS at the head of a report whose rows lie nowhere without it; nothing where they do not. */
export function CrsOfReport({ report: { answer, sent } }: { readonly report: Report }) {
  const { t } = useSpeaker();
  if (crsAskedBy(answer, sent.answers) === null) return null;
  return (
    <>
      <p className="panel-note">{t('import.crs.projected')}</p>
      <CrsQuestion answered={null} />
    </>
  );
}

/** Which CRS the coordinates are in: one that is likely where the region lies, or any other. */
export function CrsQuestion({ answered }: { readonly answered: string | null }) {
  const { t } = useSpeaker();
  const isConnected = useIsConnected();
  const [text, setText] = useState(answered ?? '');
  const [wasTried, setTried] = useState(false);
  const crs = readCrs(text);
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (crs !== null && isConnected) answerFile({ crs });
  };
  return (
    <Form className="reg-question" aria-label={t('import.crs')} onSubmit={send}>
      <FormField
        label={t('import.crs')}
        hint={t('import.crs.hint')}
        error={wasTried && crs === null ? t('import.crs.wrong') : null}
        value={text}
        onChange={setText}
      />
      <CrsChoices choose={setText} />
      <Button type="submit" data-primary="" isDisabled={!isConnected}>
        {t('import.crs.send')}
      </Button>
    </Form>
  );
}

function CrsChoices({ choose }: { readonly choose: (crs: string) => void }) {
  const { t } = useSpeaker();
  const regionId = useRegister((state) => state.regionId);
  const region = useRegister((state) => state.info?.regions.find(({ id }) => id === regionId)?.name) ?? '';
  const box = regionId === null ? null : boxOfRegion(regionId);
  const utm = box && utmOf(box);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would stand in a frame of its own
    <div className="reg-question-choices" role="group" aria-label={t('import.crs.choices')}>
      {utm && (
        <Button onPress={() => choose(utm.crs)}>{t('import.crs.utm', { crs: utm.crs, zone: utm.zone, region })}</Button>
      )}
      <Button onPress={() => choose('EPSG:4326')}>{t('import.crs.degrees', { crs: 'EPSG:4326' })}</Button>
    </div>
  );
}
