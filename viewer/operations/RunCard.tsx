import type { ReactNode } from 'react';
import { isRetryable, isUnderWay, type OperationsView, type RunDetail } from '../../shared/operations.ts';
import { useTranslate } from '../i18n/translate.ts';
import { formatNumber } from '../panels/format.ts';
import { useIsConnected } from '../shell/connection.ts';
import { formatMoment } from '../shell/moment.ts';
import { useStore } from '../state.ts';
import { DeadLetters } from './DeadLetters.tsx';
import { formatSpan, isSilent, secondsOf } from './figures.ts';
import { Moment } from './Moment.tsx';
import { CancelButton, LetterActions } from './RunActions.tsx';
import { StateBadge } from './StateBadge.tsx';
import { UnitsBar } from './UnitsBar.tsx';
import { type Requests, useRequests } from './use-requests.ts';
import { Workers } from './Workers.tsx';

interface CardProps {
  readonly view: OperationsView;
  readonly detail: RunDetail;
  /** How long ago that was heard. */
  readonly sinceMs: number;
}

/** One run: how far it is, what went wrong, who computes, and what a person can do about it. */
export function RunCard({ view, detail, sinceMs }: CardProps) {
  const t = useTranslate();
  const isConnected = useIsConnected();
  const requests = useRequests();
  const { run } = detail;
  const silent = isSilent(detail, sinceMs);
  const canAsk = isUnderWay(run.state) && !silent && isConnected;
  const titleId = `run-${run.id}`;
  return (
    <section className="ops-run" aria-labelledby={titleId} data-run={run.id}>
      <header className="ops-run-head">
        <div className="ops-run-name">
          <h2 id={titleId}>{run.label}</h2>
          <p className="ops-place">
            <span className="visually-hidden">{t('ops.place')}: </span>
            {run.place}
          </p>
        </div>
        <StateBadge state={run.state} />
        {canAsk && <CancelButton run={run} requests={requests} />}
      </header>
      <p className="visually-hidden" role="status">
        {t('ops.announce', { label: run.label, state: t(`ops.state.${run.state}`), count: run.units.dead })}
      </p>
      <UnitsBar units={run.units} />
      <Facts detail={detail} nowMs={silent ? Date.parse(run.changedAt) : Date.parse(view.at) + sinceMs} />
      {silent && <Silence since={run.changedAt} />}
      <Notices detail={detail} requests={requests} canAsk={canAsk} />
      <DeadLetters detail={detail} requests={requests} canRetry={canAsk && isRetryable(run.state)} />
      <Workers workers={detail.workers} />
    </section>
  );
}

/** `nowMs`: by the clock of whoever told. */
function Facts({ detail, nowMs }: { readonly detail: RunDetail; readonly nowMs: number }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const { state, unitsPerMinute, secondsLeft, startedAt, endedAt, failedAttempts } = detail.run;
  const unknown = <span className="panel-missing">{t('ops.not-known')}</span>;
  const rate = unitsPerMinute !== null && (
    <>
      {formatNumber(language, unitsPerMinute, unitsPerMinute < 100 ? 1 : 0)}
      <span className="unit">{t('ops.rate.unit')}</span>
    </>
  );
  return (
    <dl className="ops-facts">
      {state === 'running' && <Fact name={t('ops.rate')}>{rate || unknown}</Fact>}
      {state === 'running' && (
        <Fact name={t('ops.left')}>{secondsLeft === null ? unknown : formatSpan(language, secondsLeft)}</Fact>
      )}
      <Fact name={t('ops.took')}>{formatSpan(language, secondsOf(detail, nowMs))}</Fact>
      <Fact name={t('ops.started')}>
        <Moment at={startedAt} />
      </Fact>
      {endedAt !== null && (
        <Fact name={t('ops.ended')}>
          <Moment at={endedAt} />
        </Fact>
      )}
      <Fact name={t('ops.failures')}>{formatNumber(language, failedAttempts)}</Fact>
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The coordinator is gone, and with it whoever could hear a button. */
function Silence({ since }: { readonly since: string }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  return (
    <div className="panel-notice panel-notice-warn" role="alert">
      <p>{t('ops.stale', { time: formatMoment(language, Date.parse(since)) })}</p>
    </div>
  );
}

interface NoticesProps {
  readonly detail: RunDetail;
  readonly requests: Requests;
  readonly canAsk: boolean;
}

function Notices({ detail: { run }, requests, canAsk }: NoticesProps) {
  const t = useTranslate();
  const { refusal } = requests;
  return (
    <>
      {run.error !== null && (
        <div className="panel-notice panel-notice-bad" role="alert">
          <p>
            {t('ops.failed')} <span lang="en">{run.error.message}</span> <code>{run.error.code}</code>
          </p>
        </div>
      )}
      {refusal !== null && (
        <div className="panel-notice panel-notice-bad" role="alert">
          <p>
            {t('ops.refused')} {refusal.isAway ? t('shell.no-server') : <span lang="en">{refusal.message}</span>}
          </p>
        </div>
      )}
      {run.state === 'held' && canAsk && (
        <div className="panel-notice panel-notice-warn ops-held">
          <p>{t('ops.held', { count: run.units.dead })}</p>
          <LetterActions run={run} requests={requests} />
        </div>
      )}
    </>
  );
}
