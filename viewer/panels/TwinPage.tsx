import './panels.css';
import './twin.css';
import type { RegionInfo, RunInfo, TwinInfo } from '../../shared/api.ts';
import type { ParcelStatus } from '../../shared/ramps.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { formatDay, formatHa, formatNumber } from './format.ts';
import { StatusBadge } from './StatusBadge.tsx';
import { digitsOf, type FigureSpec, figureOf, largestOf, sharedSourceOf, TWIN_FIGURES } from './twin-figures.ts';

interface TwinProps {
  readonly run: RunInfo;
  readonly twin: TwinInfo | null;
}

/** The page of the two councils: who the twins are, what was promised, what has been measured so far. */
export default function TwinPage({ run, twin }: TwinProps) {
  const t = useTranslate();
  return (
    <article className="panel-twin">
      <h1>{twin?.name ?? t('twin.title')}</h1>
      {twin ? <Regions twin={twin} /> : <NoTwin />}
      <Measured run={run} />
      {twin ? <Goal /> : null}
    </article>
  );
}

function NoTwin() {
  const t = useTranslate();
  return (
    <div className="panel-notice">
      <p>{t('twin.none')}</p>
      <p className="panel-note">{t('twin.howToAdd')}</p>
      <pre className="panel-code">canopy monitor --project project.json</pre>
    </div>
  );
}

function Regions({ twin }: { readonly twin: TwinInfo }) {
  const t = useTranslate();
  const all = [...twin.sinks, ...twin.sources];
  const sides = [
    { name: 'sink', regions: twin.sinks },
    { name: 'source', regions: twin.sources },
  ] as const;
  return (
    <div className="panel-twin-sides">
      {sides.flatMap(({ name, regions }) =>
        regions.map((region) => (
          <section key={`${name} ${region.id}`} className={`panel-region panel-region-${name}`}>
            <p className="panel-region-role">{t(`twin.role.${name}`)}</p>
            <h2>{region.name}</h2>
            <p className="panel-note">{t(`twin.about.${name}`)}</p>
            <dl className="panel-region-figures">
              {TWIN_FIGURES.map((spec) => (
                <RegionFigure key={spec.name} region={region} spec={spec} largest={largestOf(all, spec.name)} />
              ))}
            </dl>
            <SharedSource region={region} />
          </section>
        )),
      )}
    </div>
  );
}

function SharedSource({ region }: { readonly region: RegionInfo }) {
  const t = useTranslate();
  const source = sharedSourceOf(region);
  return source === null ? null : <p className="panel-note">{t('twin.source', { source })}</p>;
}

interface RegionFigureProps {
  readonly region: RegionInfo;
  readonly spec: FigureSpec;
  readonly largest: number;
}

function RegionFigure({ region, spec, largest }: RegionFigureProps) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const { value, stated } = figureOf(region, spec.name);
  const sharedSource = sharedSourceOf(region);
  const share = largest > 0 ? Math.max(0, value / largest) : 0;
  return (
    <div className="panel-region-figure">
      <dt>{t(`twin.figure.${spec.name}`)}</dt>
      <dd>
        <span className="panel-region-value">
          {formatNumber(language, value, digitsOf(stated === null ? Math.round(value) : value, spec.digits))}
          <span className="unit">{t(`twin.unit.${spec.unit}`)}</span>
        </span>
        {spec.hasBar ? (
          <span className="panel-region-bar" aria-hidden="true">
            <span style={{ width: `${share * 100}%` }} />
          </span>
        ) : null}
        {spec.name === 'areaHa' ? <MeasuredArea region={region} /> : null}
        <span className="panel-figure-source">
          {stated === null ? (
            t('twin.computed')
          ) : (
            <>
              {stated.year === null ? t('twin.noYear') : String(stated.year)}
              {sharedSource === null ? ` · ${stated.source}` : ''}
            </>
          )}
        </span>
      </dd>
    </div>
  );
}

function MeasuredArea({ region }: { readonly region: RegionInfo }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  return (
    <span className="panel-region-measured">
      {region.measuredAreaHa === null
        ? t('twin.noBoundary')
        : t('twin.measuredArea', { ha: formatNumber(language, region.measuredAreaHa) })}
    </span>
  );
}

const STATUSES: readonly ParcelStatus[] = ['loss', 'gain', 'stable', 'not_distinguishable', 'no_data'];

function Measured({ run }: { readonly run: RunInfo }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const { counts, periods } = run;
  const days = ({ start, end }: { start: string; end: string }) =>
    `${formatDay(language, start)} – ${formatDay(language, end)}`;
  return (
    <section className="panel-measured">
      <h2>{t('twin.measured')}</h2>
      {run.synthetic ? <p className="panel-notice panel-notice-warn">{t('twin.synthetic')}</p> : null}
      <dl className="panel-measured-figures">
        <div>
          <dt>{t('twin.parcels')}</dt>
          <dd>{formatNumber(language, counts.parcels)}</dd>
        </div>
        <div>
          <dt>{t('twin.underObservation')}</dt>
          <dd>
            {formatHa(language, counts.parcelHa)}
            <span className="unit">ha</span>
          </dd>
        </div>
        <div>
          <dt>{t('twin.carbon')}</dt>
          <dd className="panel-missing">{t('parcel.notEstimated')}</dd>
        </div>
      </dl>
      <ul className="panel-measured-statuses">
        {STATUSES.map((status) => (
          <li key={status}>
            <StatusBadge status={status} />
            <span className="panel-number">{formatNumber(language, counts.byStatus[status])}</span>
          </li>
        ))}
      </ul>
      <p className="panel-note">
        {t('twin.periods', { baseline: days(periods.baseline), period: days(periods.period) })}
      </p>
      <p className="panel-note">{t('twin.noTonnes')}</p>
    </section>
  );
}

function Goal() {
  const t = useTranslate();
  return (
    <section className="panel-goal">
      <h2>{t('twin.goal')}</h2>
      <p className="panel-goal-text">{t('twin.goalText')}</p>
      <p className="panel-note">{t('twin.goalSource')}</p>
    </section>
  );
}
