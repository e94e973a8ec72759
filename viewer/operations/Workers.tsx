import { MAX_LISTED, type WorkerStatus } from '../../shared/operations.ts';
import { useTranslate } from '../i18n/translate.ts';
import { formatNumber } from '../panels/format.ts';
import { useStore } from '../state.ts';
import { Moment } from './Moment.tsx';

const FIGURES = ['running', 'done', 'failed'] as const;

/** The processes that compute units of a run. */
export function Workers({ workers }: { readonly workers: readonly WorkerStatus[] }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  if (workers.length === 0) return <p className="panel-note">{t('ops.workers.none')}</p>;
  return (
    <section className="ops-workers">
      <h3>
        {t('ops.workers')} <span className="ops-count">{formatNumber(language, workers.length)}</span>
      </h3>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('ops.worker.name')}</th>
            {FIGURES.map((name) => (
              <th key={name} scope="col" className="panel-number">
                {t(`ops.worker.${name}`)}
              </th>
            ))}
            <th scope="col" className="panel-number">
              {t('ops.worker.seen')}
            </th>
          </tr>
        </thead>
        <tbody>
          {workers.slice(0, MAX_LISTED).map((worker) => (
            <tr key={worker.name}>
              <th scope="row">{worker.name}</th>
              {FIGURES.map((name) => (
                <td key={name} className="panel-number">
                  {formatNumber(language, worker[name])}
                </td>
              ))}
              <td className="panel-number">
                <Moment at={worker.lastSeenAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {workers.length >= MAX_LISTED && <p className="panel-note">{t('ops.workers.cut', { shown: MAX_LISTED })}</p>}
    </section>
  );
}
