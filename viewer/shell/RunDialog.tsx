import type { ReactNode } from 'react';
import type { RunInfo } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { formatChange, formatHa, formatMonths, formatNumber, formatSharePct } from '../panels/format.ts';
import { useStore } from '../state.ts';
import { formatPeriod } from './layer-options.ts';
import { ShellDialog } from './ShellDialog.tsx';

/** What the results rest on: notices first, then rules, numbers, parameters and versions. */
export default function RunDialog({ run, close }: { run: RunInfo; close(): void }) {
  const t = useTranslate();
  return (
    <ShellDialog title={t('shell.run')} close={close}>
      <Notices run={run} />
      <Rules run={run} />
      <Counts run={run} />
      <Record title={t('shell.run.parameters')} record={run.parameters} />
      <Record title={t('shell.run.versions')} record={run.versions} />
      <section>
        <h3>{t('shell.attribution')}</h3>
        {run.attribution.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </section>
    </ShellDialog>
  );
}

function Notices({ run }: { run: RunInfo }) {
  const t = useTranslate();
  const { unitsLeftOut, parcelsRefused } = run.counts;
  const lines = [
    ...(unitsLeftOut > 0 ? [t('shell.run.left-out', { count: unitsLeftOut })] : []),
    ...(parcelsRefused > 0 ? [t('shell.run.refused', { count: parcelsRefused })] : []),
    ...run.warnings,
    ...(run.imageryNote === null ? [] : [run.imageryNote]),
  ];
  return (
    <section>
      <h3>{t('shell.run.notices-title')}</h3>
      {lines.length === 0 ? (
        <p>{t('shell.run.none')}</p>
      ) : (
        <ul className="shell-notices">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Rows({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="shell-rows">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Rules({ run }: { run: RunInfo }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const { loss, gain } = run.thresholds;
  return (
    <section>
      <h3>{t('shell.run.rules')}</h3>
      <Rows
        rows={[
          [t('shell.run.hash'), <code key="hash">{run.id}</code>],
          [t('shell.period.baseline'), formatPeriod(language, run.periods.baseline)],
          [t('shell.period.period'), formatPeriod(language, run.periods.period)],
          [
            t('shell.run.season'),
            run.seasonMonths ? formatMonths(language, run.seasonMonths) : t('shell.run.whole-year'),
          ],
          [t('shell.run.min-clear'), formatNumber(language, run.minClear)],
          [
            t('shell.run.min-fraction'),
            <span key="fraction">
              {formatSharePct(language, run.minClearFraction)}
              <span className="unit">%</span>
            </span>,
          ],
          [t('shell.run.threshold-loss'), `≤ ${formatChange(language, loss, 2)}`],
          [t('shell.run.threshold-gain'), `≥ ${formatChange(language, gain, 2)}`],
        ]}
      />
    </section>
  );
}

function Counts({ run }: { run: RunInfo }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const { counts } = run;
  const number = (value: number) => formatNumber(language, value);
  return (
    <section>
      <h3>{t('shell.run.counts')}</h3>
      <Rows
        rows={[
          [t('shell.parcels'), number(counts.parcels)],
          [
            t('shell.run.area'),
            <span key="area">
              {formatHa(language, counts.parcelHa)}
              <span className="unit">ha</span>
            </span>,
          ],
          [t('shell.run.observations'), number(counts.observations)],
          [t('shell.run.acquisitions'), number(run.acquisitions.length)],
          [t('shell.run.scenes-used'), number(counts.scenesUsed)],
          [t('shell.run.scenes-superseded'), number(counts.scenesSuperseded)],
          [t('shell.run.scenes-refused'), number(counts.scenesRefused)],
          [t('shell.run.parcels-refused'), number(counts.parcelsRefused)],
          [t('shell.run.units-left-out'), number(counts.unitsLeftOut)],
        ]}
      />
    </section>
  );
}

/** Names and values as the run records them: they are what a re-run is given, so they are not translated. */
function Record({ title, record }: { title: string; record: Readonly<Record<string, unknown>> }) {
  const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return (
    <section>
      <h3>{title}</h3>
      <Rows rows={Object.entries(record).map(([name, value]) => [name, <code key={name}>{textOf(value)}</code>])} />
    </section>
  );
}
