import type { ParcelRow, RunInfo } from '../../shared/api.ts';
import { type Translate, useTranslate } from '../i18n/translate.ts';
import { type Language, useStore } from '../state.ts';
import { coverChangeSePct, DATES_FOR_SE } from './finding.ts';
import { formatChange, formatHa, formatNdvi, formatNumber } from './format.ts';

interface FiguresProps {
  readonly parcel: ParcelRow;
  readonly run: RunInfo;
}

/** A figure with its unit, or in words that there is none. */
function Figure({ text, unit }: { readonly text: string | null; readonly unit?: string }) {
  const t = useTranslate();
  if (text === null) return <span className="panel-missing">{t('parcel.notEstimated')}</span>;
  return (
    <>
      {text}
      {unit ? <span className="unit">{unit}</span> : null}
    </>
  );
}

/** Both periods and the change between them, one row a quantity. */
export function FiguresTable({ parcel, run }: FiguresProps) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const ndvi = (value: number | null) => (value === null ? null : formatNdvi(language, value));
  const pct = (value: number | null) => (value === null ? null : formatNumber(language, value, 1));
  const { ndviChange, coverChangePct } = parcel;
  return (
    <table className="panel-figures">
      <caption className="visually-hidden">{t('parcel.figures')}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{t('parcel.baseline')}</th>
          <th scope="col">{t('parcel.monitoring')}</th>
          <th scope="col">{t('parcel.change')}</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">NDVI</th>
          <td>
            <Figure text={ndvi(parcel.ndviBaseline)} />
          </td>
          <td>
            <Figure text={ndvi(parcel.ndviPeriod)} />
          </td>
          <td>
            <Figure text={ndviChange === null ? null : formatChange(language, ndviChange, 3)} />
            <ChangeError parcel={parcel} language={language} t={t} />
          </td>
        </tr>
        <tr>
          <th scope="row">{t('parcel.treeCover')}</th>
          <td>
            <Figure text={pct(parcel.coverBaselinePct)} unit="%" />
          </td>
          <td>
            <Figure text={pct(parcel.coverPeriodPct)} unit="%" />
          </td>
          <td>
            <Figure
              text={coverChangePct === null ? null : formatChange(language, coverChangePct, 1)}
              unit={t('parcel.points')}
            />
            <CoverError parcel={parcel} run={run} />
          </td>
        </tr>
        <tr>
          <th scope="row">{t('parcel.clearDates')}</th>
          <ClearCount count={parcel.nClearBaseline} needed={run.minClear} />
          <ClearCount count={parcel.nClearPeriod} needed={run.minClear} />
          <td className="panel-needed">{t('parcel.needed', { count: run.minClear })}</td>
        </tr>
      </tbody>
    </table>
  );
}

function ClearCount({ count, needed }: { readonly count: number; readonly needed: number }) {
  const language = useStore((state) => state.language);
  return <td className={count < needed ? 'panel-too-few' : undefined}>{formatNumber(language, count)}</td>;
}

interface ErrorProps {
  readonly parcel: ParcelRow;
  readonly language: Language;
  readonly t: Translate;
}

function ChangeError({ parcel, language, t }: ErrorProps) {
  if (parcel.ndviChange === null) return null;
  if (parcel.ndviChangeSe !== null)
    return <span className="panel-se">± {formatNumber(language, parcel.ndviChangeSe, 3)}</span>;
  const count = parcel.nClearBaseline + parcel.nClearPeriod;
  return <span className="panel-se-missing">{t('parcel.seMissing', { count, needed: DATES_FOR_SE })}</span>;
}

/** What the finding rests on beside the change itself. */
function CoverError({ parcel, run }: FiguresProps) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  if (parcel.coverChangePct === null) return null;
  const sePct = coverChangeSePct(parcel, run.parameters);
  return (
    <span className="panel-se">± {sePct === null ? t('parcel.notEstimated') : formatNumber(language, sePct, 1)}</span>
  );
}

/** Areas by class of change, as counted on the map. */
export function ClassAreas({ parcel }: { readonly parcel: ParcelRow }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const classes = [
    { name: 'loss', ha: parcel.lossHa },
    { name: 'gain', ha: parcel.gainHa },
    { name: 'stable', ha: parcel.stableHa },
    { name: 'no_data', ha: parcel.noDataHa },
  ] as const;
  const whole = classes.reduce((sum, { ha }) => sum + (ha ?? 0), 0);
  return (
    <div className="panel-classes">
      <h3>{t('parcel.areas')}</h3>
      {whole > 0 ? (
        <div className="panel-class-bar" aria-hidden="true">
          {classes.map(({ name, ha }) =>
            ha ? <span key={name} className={`panel-class-${name}`} style={{ flexGrow: ha / whole }} /> : null,
          )}
        </div>
      ) : null}
      <dl className="panel-class-list">
        {classes.map(({ name, ha }) => (
          <div key={name}>
            <dt>
              <span className={`panel-class-swatch panel-class-${name}`} aria-hidden="true" />
              {t(`parcel.class.${name}`)}
            </dt>
            <dd>
              <Figure text={ha === null ? null : formatHa(language, ha)} unit="ha" />
            </dd>
          </div>
        ))}
      </dl>
      <p className="panel-note">{t('parcel.areaError')}</p>
    </div>
  );
}
