import '../panels/panels.css';
import './operations.css';
import './lists.css';
import { useEffect, useState } from 'react';
import type { OperationsView } from '../../shared/operations.ts';
import { api } from '../api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useLoaded } from '../panels/use-loaded.ts';
import { formatMoment } from '../shell/moment.ts';
import { useStore } from '../state.ts';
import { splitRuns } from './figures.ts';
import { RunCard } from './RunCard.tsx';
import { StateBadge } from './StateBadge.tsx';
import { type LiveOperations, useOperations } from './use-operations.ts';

const NOW_EVERY_MS = 1000;

/** The operator's page: what is being computed, how far it is, what went wrong and what can be done about it. */
export default function OperationsPage() {
  const t = useTranslate();
  const live = useOperations();
  const nowMs = useNow();
  return (
    <article className="ops">
      <header className="ops-head">
        <h1>{t('ops.title')}</h1>
        <LinkState live={live} />
        <DashboardLink />
      </header>
      {live.failure !== null && (
        <div className="panel-notice panel-notice-bad" role="alert">
          <p>
            {t('shell.failed')} <span lang="en">{live.failure}</span>
          </p>
        </div>
      )}
      {live.view === null ? (
        <p className="shell-empty" />
      ) : (
        <Runs view={live.view} sinceMs={Math.max(0, nowMs - live.heardMs)} />
      )}
    </article>
  );
}

function LinkState({ live: { link } }: { readonly live: LiveOperations }) {
  const t = useTranslate();
  return (
    <p className={`ops-link ops-link-${link}`} role="status">
      {t(`ops.link.${link}`)}
    </p>
  );
}

function DashboardLink() {
  const t = useTranslate();
  const { data } = useLoaded('health', (signal) => api.health(signal));
  if (!data?.dashboard) return null;
  return (
    <a className="panel-link ops-board" href={data.dashboard} target="_blank" rel="noreferrer">
      {t('ops.board')}
      <span className="visually-hidden"> ({t('ops.board.where')})</span>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M6.5 3.5h-3v9h9v-3M9 3.5h3.5V7M12.2 3.8 7.5 8.5" />
      </svg>
    </a>
  );
}

function Runs({ view, sinceMs }: { readonly view: OperationsView; readonly sinceMs: number }) {
  const t = useTranslate();
  const { now, earlier } = splitRuns(view.runs);
  if (view.runs.length === 0) return <NoRuns />;
  return (
    <>
      {now.map((detail) => (
        <RunCard key={detail.run.id} view={view} detail={detail} sinceMs={sinceMs} />
      ))}
      {earlier.length > 0 && (
        <section className="ops-earlier">
          <h2>{t('ops.earlier')}</h2>
          {earlier.map((detail) => (
            <EarlierRun key={detail.run.id} view={view} detail={detail} sinceMs={sinceMs} />
          ))}
        </section>
      )}
    </>
  );
}

/** A line of a run that has ended; all of it when it is opened. */
function EarlierRun({ view, detail, sinceMs }: Parameters<typeof RunCard>[0]) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const { label, state, units, endedAt } = detail.run;
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <StateBadge state={state} />
        <b>{label}</b>
        <span className="ops-summary">{t('ops.progress', { done: units.done, total: units.total })}</span>
        {endedAt !== null && <span className="ops-summary">{formatMoment(language, Date.parse(endedAt))}</span>}
      </summary>
      {isOpen && <RunCard view={view} detail={detail} sinceMs={sinceMs} />}
    </details>
  );
}

function NoRuns() {
  const t = useTranslate();
  return (
    <div className="panel-notice ops-none">
      <p>{t('ops.none')}</p>
      <p className="panel-note">{t('ops.none.how')}</p>
      <pre className="panel-code">canopy monitor --project project.json --out DIR</pre>
    </div>
  );
}

/** The time by `performance.now()`, again and again. */
function useNow(): number {
  const [nowMs, setNowMs] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(performance.now()), NOW_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}
