import type { ParcelRow, ParcelSort } from '../../shared/api.ts';
import type { Translate } from '../i18n/translate.ts';
import { type Language, useStore } from '../state.ts';
import { formatChange, formatHa, formatNumber } from './format.ts';
import { StatusBadge } from './StatusBadge.tsx';

interface CellProps {
  readonly row: ParcelRow;
  readonly column: ParcelSort;
  readonly language: Language;
  readonly t: Translate;
}

/** One figure of a parcel in the table; the unit stands in the column's heading. */
export function ParcelCell({ row, column, language, t }: CellProps) {
  if (column === 'parcelId') return <ParcelName id={row.parcelId} />;
  if (column === 'status') return <StatusBadge status={row.status} />;
  const missing = (
    <span className="panel-missing" title={t(column === 'parcelHa' ? 'table.notMeasured' : 'parcel.notEstimated')}>
      <span aria-hidden="true">–</span>
      <span className="visually-hidden">{t(column === 'parcelHa' ? 'table.notMeasured' : 'parcel.notEstimated')}</span>
    </span>
  );
  const value = row[column];
  if (value === null) return missing;
  if (column === 'ndviChange') {
    const se = row.ndviChangeSe;
    return (
      <>
        {formatChange(language, value, 3)}
        <span className="panel-se">± {se === null ? t('parcel.notEstimated') : formatNumber(language, se, 3)}</span>
      </>
    );
  }
  if (column === 'coverChangePct') return formatChange(language, value, 1);
  if (column === 'nClearBaseline' || column === 'nClearPeriod') return formatNumber(language, value);
  return formatHa(language, value);
}

/** Carries the mark of the parcel under the map's pointer, so that only this cell is drawn anew when it moves. */
function ParcelName({ id }: { readonly id: string }) {
  const isHovered = useStore((state) => state.hovered === id);
  return (
    <span className="panel-parcel-name" data-hovered={isHovered || undefined} title={id}>
      {id}
    </span>
  );
}
