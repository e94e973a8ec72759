import { useEffect, useRef } from 'react';
import { Button } from 'react-aria-components';
import type { DeadLetter, RunDetail } from '../../shared/operations.ts';
import { useTranslate } from '../i18n/translate.ts';
import { formatNumber } from '../panels/format.ts';
import { useStore } from '../state.ts';
import { Moment } from './Moment.tsx';
import { LetterActions } from './RunActions.tsx';
import type { Requests } from './use-requests.ts';

interface LettersProps {
  readonly detail: RunDetail;
  readonly requests: Requests;
  /** Whether somebody would hear a request, and could follow it. */
  readonly canRetry: boolean;
}

/** The units that were given up, each with its cause and a way to try it again. */
export function DeadLetters({ detail: { run, deadLetters }, requests, canRetry }: LettersProps) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const heading = useKeptFocus(deadLetters.length);
  const { dead } = run.units;
  if (deadLetters.length === 0) return null;
  const retry = (letter: DeadLetter) => requests.ask(letter.key, { kind: 'retry', runId: run.id, keys: [letter.key] });
  return (
    <section className="ops-letters">
      <div className="ops-letters-head">
        <h3 ref={heading} tabIndex={-1}>
          {t('ops.letters')} <span className="ops-count">{formatNumber(language, dead)}</span>
        </h3>
        {canRetry && run.state !== 'held' && dead > 1 && <LetterActions run={run} requests={requests} />}
      </div>
      <ul>
        {deadLetters.map((letter) => (
          <li key={letter.key}>
            <Letter letter={letter} />
            {canRetry && (
              <Button
                className="react-aria-Button"
                aria-label={t('ops.retry.one', { label: letter.label })}
                isPending={requests.isAsked(letter.key) || requests.isAsked('all')}
                onPress={() => retry(letter)}
              >
                {t('ops.retry')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {dead > deadLetters.length && (
        <p className="panel-note">{t('ops.letters.cut', { shown: deadLetters.length, total: dead })}</p>
      )}
    </section>
  );
}

/** Sentences come in English from whoever computed; they are shown as text, whatever is in them. */
function Letter({ letter: { label, error, diedAt, starts, worker } }: { readonly letter: DeadLetter }) {
  const t = useTranslate();
  return (
    <div className="ops-letter">
      <p className="ops-letter-head">
        <b>{label}</b>
        <code>{error.code}</code>
      </p>
      <p className="ops-letter-cause" lang="en">
        {error.message}
      </p>
      {error.where !== undefined && !error.message.includes(error.where) && (
        <p className="ops-letter-facts">
          {t('ops.letters.where')}: <code>{error.where}</code>
        </p>
      )}
      <p className="ops-letter-facts">
        <Moment at={diedAt} /> · {t('ops.letters.starts', { count: starts })}
        {worker !== '' && ` · ${worker}`}
      </p>
    </div>
  );
}

/** When the letter whose button had the focus is gone, the heading takes it, so that the keyboard stays here. */
function useKeptFocus(count: number) {
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(count);
  useEffect(() => {
    if (count < before.current && document.activeElement === document.body) heading.current?.focus();
    before.current = count;
  }, [count]);
  return heading;
}
