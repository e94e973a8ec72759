import type { UnitCounts } from '../../shared/operations.ts';
import { useTranslate } from '../i18n/translate.ts';
import { formatNumber } from '../panels/format.ts';
import { useStore } from '../state.ts';
import { donePct, shareOf, UNIT_PARTS } from './figures.ts';

/** How far a run is: a bar of its units by state, each part with a pattern of its own, and the numbers under it. */
export function UnitsBar({ units }: { readonly units: UnitCounts }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const { total, due, running, done, dead } = units;
  return (
    <div className="ops-progress">
      <p className="ops-progress-words">
        <span>{t('ops.progress', { done, total })}</span>
        <span className="ops-progress-pct">
          {formatNumber(language, donePct(units))}
          <span className="unit">%</span>
        </span>
      </p>
      <div className="ops-bar" role="img" aria-label={t('ops.bar', { done, running, due, dead })}>
        {UNIT_PARTS.map((part) =>
          units[part] > 0 ? (
            <span key={part} className={`ops-part-${part}`} style={{ flexGrow: shareOf(units, part) }} />
          ) : null,
        )}
      </div>
      <ul className="ops-parts">
        {UNIT_PARTS.map((part) => (
          <li key={part} data-none={units[part] === 0 || undefined}>
            <span className={`ops-swatch ops-part-${part}`} aria-hidden="true" />
            {t(`ops.units.${part}`)}
            <b>{formatNumber(language, units[part])}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}
