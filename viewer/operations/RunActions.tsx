import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { RunStatus } from '../../shared/operations.ts';
import { useTranslate } from '../i18n/translate.ts';
import { ShellDialog } from '../shell/ShellDialog.tsx';
import type { Requests } from './use-requests.ts';

interface ActionsProps {
  readonly run: RunStatus;
  readonly requests: Requests;
}

/** What is done about dead letters as a whole; while the run waits for that, it is the thing to do here. */
export function LetterActions({ run, requests }: ActionsProps) {
  const t = useTranslate();
  const { dead } = run.units;
  const isHeld = run.state === 'held';
  if (dead === 0) return null;
  return (
    <div className="ops-actions">
      <Button
        className="react-aria-Button"
        {...(isHeld ? { 'data-primary': '' } : {})}
        isPending={requests.isAsked('all')}
        onPress={() => requests.ask('all', { kind: 'retry', runId: run.id, keys: null })}
      >
        {dead === 1 ? t('ops.retry') : t('ops.retry.all', { count: dead })}
      </Button>
      {isHeld && (
        <Button
          className="react-aria-Button"
          isPending={requests.isAsked('merge')}
          onPress={() => requests.ask('merge', { kind: 'merge', runId: run.id })}
        >
          {t('ops.merge', { count: dead })}
        </Button>
      )}
    </div>
  );
}

export function CancelButton({ run, requests }: ActionsProps) {
  const t = useTranslate();
  const [isAsking, setAsking] = useState(false);
  const close = () => setAsking(false);
  const cancel = () => {
    close();
    requests.ask('cancel', { kind: 'cancel', runId: run.id });
  };
  return (
    <>
      <Button className="react-aria-Button" isPending={requests.isAsked('cancel')} onPress={() => setAsking(true)}>
        {t('ops.cancel')}
      </Button>
      {isAsking && (
        <ShellDialog title={t('ops.cancel.title')} close={close}>
          <p>{t('ops.cancel.text', { label: run.label })}</p>
          <div className="ops-actions ops-actions-end">
            <Button className="react-aria-Button" onPress={close}>
              {t('ops.cancel.keep')}
            </Button>
            <Button className="react-aria-Button ops-danger" onPress={cancel}>
              {t('ops.cancel')}
            </Button>
          </div>
        </ShellDialog>
      )}
    </>
  );
}
