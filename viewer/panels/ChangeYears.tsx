import type { YearChange } from '../../shared/change.ts';
import { useTranslate } from '../i18n/translate.ts';
import { type Language, useStore } from '../state.ts';
import { formatHa } from './format.ts';
import { YEAR_COLUMNS, type YearColumn, yearColumnsOf } from './year-columns.ts';

/** What became of the parcel's ground year by year: a bar for each year, and the hectares with what noise does to them. */
export function ChangeYears({ years }: { readonly years: readonly YearChange[] }) {
  const t = useTranslate();
  const { shown, empty, notSought } = yearColumnsOf(years);
  if (years.length === 0) return null;
  return (
    <div className="panel-change-years">
      <h3>{t('change.years')}</h3>
      <YearBars years={years} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard has to reach what scrolls */}
      <section className="panel-scroll-x" data-scrolls tabIndex={0} aria-label={t('change.years.caption')}>
        <table className="panel-year-table">
          <thead>
            <tr>
              <th scope="col">{t('change.years.year')}</th>
              {shown.map((column) => (
                <th key={column.name} scope="col">
                  <span className={`panel-year-swatch panel-year-${column.name}`} aria-hidden="true" />
                  {t(`change.years.${column.name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {years.map((year) => (
              <tr key={year.year}>
                <th scope="row">{year.year}</th>
                {shown.map((column) => (
                  <Hectares key={column.name} year={year} column={column} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {empty.length > 0 ? (
        <p className="panel-note">
          {t('change.years.zero', { classes: empty.map(({ name }) => t(`change.years.${name}`)).join(', ') })}
        </p>
      ) : null}
      {notSought.length > 0 ? <p className="panel-note">{t('change.years.noFires')}</p> : null}
      <p className="panel-note">{t('change.years.error')}</p>
    </div>
  );
}

/** A zero is faint, so that the eye finds what happened. */
function Hectares({ year, column }: { readonly year: YearChange; readonly column: YearColumn }) {
  const language = useStore((state) => state.language);
  const t = useTranslate();
  const ha = column.ha(year);
  if (ha === null) return <td className="panel-missing">{t('change.years.notSought')}</td>;
  const se = column.se?.(year) ?? null;
  return (
    <td className={ha === 0 ? 'panel-year-zero' : undefined}>
      {formatHa(language, ha)}
      {ha > 0 && column.se ? <SeText se={se} language={language} /> : null}
    </td>
  );
}

function SeText({ se, language }: { readonly se: number | null; readonly language: Language }) {
  const t = useTranslate();
  return <span className="panel-se">± {se === null ? t('parcel.notEstimated') : formatHa(language, se)}</span>;
}

/** Shares of the parcel by class, one column a year; the table below holds the numbers. */
function YearBars({ years }: { readonly years: readonly YearChange[] }) {
  return (
    <div className="panel-year-bars" aria-hidden="true">
      {years.map((year) => (
        <div key={year.year}>
          <span className="panel-year-bar">
            {YEAR_COLUMNS.map(({ name, ha }) => ({ name, share: ha(year) ?? 0 })).map(({ name, share }) =>
              share > 0 ? <span key={name} className={`panel-year-${name}`} style={{ flexGrow: share }} /> : null,
            )}
          </span>
          {String(year.year)}
        </div>
      ))}
    </div>
  );
}
