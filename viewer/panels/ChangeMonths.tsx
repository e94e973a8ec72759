import type { MonthCount } from '../../shared/change.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { formatNumber } from './format.ts';
import { monthNames, monthShade, monthTable } from './month-table.ts';

/** Clear observations by month, one row a year: what the season was seen on. */
export function ChangeMonths({ months }: { readonly months: readonly MonthCount[] }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  if (months.length === 0) return null;
  const { years, most } = monthTable(months);
  const names = monthNames(language);
  return (
    <div className="panel-change-months">
      <h3>{t('change.months')}</h3>
      <table className="panel-months">
        <caption className="visually-hidden">{t('change.months.caption')}</caption>
        <thead>
          <tr>
            <td />
            {names.map(({ short, long }) => (
              <th key={long} scope="col" title={long}>
                <span aria-hidden="true">{short}</span>
                <span className="visually-hidden">{long}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {years.map(({ year, months: cells }) => (
            <tr key={year}>
              <th scope="row">{year}</th>
              {cells.map((cell, index) => (
                <td
                  key={names[index]!.long}
                  data-shade={cell === null ? undefined : monthShade(cell.nClear, most)}
                  title={
                    cell === null
                      ? t('change.months.none')
                      : t('change.months.cell', { clear: cell.nClear, all: cell.nAcquisitions })
                  }
                >
                  {cell === null ? <span className="visually-hidden">{t('change.months.none')}</span> : null}
                  {cell === null ? null : formatNumber(language, cell.nClear)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
