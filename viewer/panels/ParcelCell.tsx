import { changeChoiceOf, type ParcelRow, type ParcelSort } from '../../shared/api.ts';
import type { Translate } from '../i18n/translate.ts';
import { type Language, useStore } from '../state.ts';
import { ChangeBadge, ConfidenceSign } from './ChangeBadge.tsx';
import { isFireUnsized } from './change-words.ts';
import { formatChange, formatDay, formatHa, formatNumber } from './format.ts';
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
  if (isChangeColumn(column)) return <ChangeCell row={row} column={column} language={language} t={t} />;
  const missing = <Missing words={t(column === 'parcelHa' ? 'table.notMeasured' : 'parcel.notEstimated')} />;
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

function Missing({ words }: { readonly words: string }) {
  return (
    <span className="panel-missing" title={words}>
      <span aria-hidden="true">–</span>
      <span className="visually-hidden">{words}</span>
    </span>
  );
}

type ChangeColumn = Extract<ParcelSort, `change${string}`>;

function isChangeColumn(column: ParcelSort): column is ChangeColumn {
  return column.startsWith('change');
}

/** What the series of a parcel says. */
function ChangeCell({ row, column, language, t }: CellProps & { readonly column: ChangeColumn }) {
  const { change } = row;
  const confidence = change?.confidence ?? null;
  if (column === 'changeFinding') {
    return (
      <span className="panel-cell-change">
        <ChangeBadge finding={changeChoiceOf(row)} />
        {confidence ? (
          <span title={t(`change.confidence.${confidence}`)}>
            <ConfidenceSign confidence={confidence} />
            <span className="visually-hidden">{t(`change.confidence.${confidence}`)}</span>
          </span>
        ) : null}
      </span>
    );
  }
  const none = <Missing words={t('table.noneStated')} />;
  if (column === 'changeConfidence') return confidence ? t(`change.sure.${confidence}`) : none;
  if (column === 'changeDetected') return change?.detected ? formatDay(language, change.detected) : none;
  if (change?.magnitude == null || isFireUnsized(change)) return none;
  const se = change.magnitudeSe;
  return (
    <>
      {formatChange(language, change.magnitude, 3)}
      <span className="panel-se">± {se === null ? t('parcel.notEstimated') : formatNumber(language, se, 3)}</span>
    </>
  );
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
