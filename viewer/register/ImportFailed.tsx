import { useState } from 'react';
import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';
import { useIsConnected } from '../shell/connection.ts';
import { Icon } from '../shell/icons.tsx';
import { CrsQuestion } from './CrsQuestion.tsx';
import { sayFileRefusal } from './file-words.ts';
import { isPassing, questionOf } from './import-answers.ts';
import { answerFile, sendAgain } from './import-file.ts';
import type { ImportState } from './import-store.ts';
import { ReadAs } from './ReadAs.tsx';
import { useSpeaker } from './use-speaker.ts';

type Failed = Extract<ImportState, { step: 'failed' }>;

/** Why a file was not read; where an answer would help, the question, and the file is sent again with the answer. */
export function ImportFailed({ failed }: { readonly failed: Failed }) {
  const { t } = useSpeaker();
  const { sent, failure } = failed;
  const canTryAgain = typeof failure === 'string' ? failure !== 'gone' : isPassing(failure);
  const question = typeof failure === 'string' ? null : questionOf(failure, sent.answers);
  const { crs } = sent.answers;
  return (
    <>
      <div className="panel-notice panel-notice-bad" role="alert">
        <p>{t('import.failed')}</p>
        <Why failed={failed} />
        {canTryAgain && <Button onPress={sendAgain}>{t('shell.retry')}</Button>}
      </div>
      {failure !== 'gone' && <ReadAs sent={sent} file={null} />}
      {question?.asks === 'crs' && <CrsQuestion key={crs} answered={crs} />}
      {question?.asks === 'layer' && <LayerQuestion layers={question.layers} />}
    </>
  );
}

function Why({ failed: { sent, failure } }: { readonly failed: Failed }) {
  const speaker = useSpeaker();
  const { t } = speaker;
  if (failure === 'offline') return <p>{t('import.offline')}</p>;
  if (failure === 'no-register') return <p>{t('import.no-register')}</p>;
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
