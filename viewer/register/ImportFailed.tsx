import { type FormEvent, useState } from 'react';
import { Button, Form, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';
import { useIsConnected } from '../shell/connection.ts';
import { Icon } from '../shell/icons.tsx';
import { FormField } from './FormField.tsx';
import { sayFileRefusal } from './file-words.ts';
import { isPassing, questionOf, readCrs, utmOf } from './import-answers.ts';
import { answerFile, sendAgain } from './import-file.ts';
import type { ImportState } from './import-store.ts';
import { boxOfRegion, useRegister } from './register-store.ts';
import { useSpeaker } from './use-speaker.ts';

type Failed = Extract<ImportState, { step: 'failed' }>;

/** Why a file was not read; where an answer would help, the question, and the file is sent again with the answer. */
export function ImportFailed({ failed }: { readonly failed: Failed }) {
  const { t } = useSpeaker();
  const { sent, failure } = failed;
  const canTryAgain = failure === 'offline' || (failure !== 'gone' && isPassing(failure));
  const question = typeof failure === 'string' ? null : questionOf(failure, sent.answers);
  return (
    <>
      <div className="panel-notice panel-notice-bad" role="alert">
        <p>{t('import.failed')}</p>
        <Why failed={failed} />
        {canTryAgain && <Button onPress={sendAgain}>{t('shell.retry')}</Button>}
      </div>
      {question?.asks === 'crs' && <CrsQuestion answered={sent.answers.crs} />}
      {question?.asks === 'layer' && <LayerQuestion layers={question.layers} />}
    </>
  );
}

function Why({ failed: { sent, failure } }: { readonly failed: Failed }) {
  const speaker = useSpeaker();
  const { t } = speaker;
  if (failure === 'offline') return <p>{t('import.offline')}</p>;
  if (failure === 'gone') return <p>{t('import.file-gone', { name: sent.file.name })}</p>;
  const said = sayFileRefusal(failure, speaker);
  return (
    <>
      {said !== null && <p>{said}</p>}
      <p lang="en" className={said === null ? '' : 'reg-soft'}>
        {failure.message}
      </p>
    </>
  );
}

/** Which CRS the coordinates are in: one that is likely where the region lies, or any other. */
function CrsQuestion({ answered }: { readonly answered: string | null }) {
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

/** Which layer of the file holds the parcels. */
function LayerQuestion({ layers }: { readonly layers: readonly string[] }) {
  const { t } = useSpeaker();
  const isConnected = useIsConnected();
  const [layer, setLayer] = useState<string | null>(null);
  return (
    <div className="reg-question">
      <Select
        className="react-aria-Select reg-field"
        value={layer}
        onChange={(key) => key !== null && setLayer(String(key))}
      >
        <Label>{t('import.layer')}</Label>
        <Button>
          <SelectValue>{layer ?? t('import.layer.choose')}</SelectValue>
          <Icon name="down" />
        </Button>
        <Popover>
          <ListBox>
            {layers.map((one) => (
              <ListBoxItem key={one} id={one} textValue={one}>
                {one}
              </ListBoxItem>
            ))}
          </ListBox>
        </Popover>
      </Select>
      <Button data-primary="" isDisabled={layer === null || !isConnected} onPress={() => answerFile({ layer })}>
        {t('import.layer.send')}
      </Button>
    </div>
  );
}
