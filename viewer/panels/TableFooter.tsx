import { Button, Link } from 'react-aria-components';
import type { RunInfo } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { formatNumber } from './format.ts';
import { pageRange, ROWS_PER_PAGE } from './table-columns.ts';

interface FooterProps {
  readonly run: RunInfo;
  readonly offset: number;
  readonly total: number;
  readonly onMove: (offset: number) => void;
}

/** Which rows are shown, the way to the others, and all of them as a file. */
export function TableFooter({ run, offset, total, onMove }: FooterProps) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const { first, last, page, pages } = pageRange({ offset, total });
  const number = (value: number) => formatNumber(language, value);
  const isConnected = useStore((state) => state.isConnected);
  const csv = run.files.find((file) => file.name === 'parcels.csv');
  return (
    <div className="panel-table-footer">
      <Button
        className="react-aria-Button"
        data-quiet=""
        data-icon=""
        aria-label={t('table.previousPage')}
        isDisabled={page === 0}
        onPress={() => onMove(offset - ROWS_PER_PAGE)}
      >
        ‹
      </Button>
      <span aria-live="polite">
        {t('table.range', { first: number(first), last: number(last), total: number(total) })}
      </span>
      <Button
        className="react-aria-Button"
        data-quiet=""
        data-icon=""
        aria-label={t('table.nextPage')}
        isDisabled={page >= pages - 1}
        onPress={() => onMove(offset + ROWS_PER_PAGE)}
      >
        ›
      </Button>
      {csv ? (
        <Link className="panel-link panel-csv" href={`/files/${csv.name}`} download isDisabled={!isConnected}>
          {t('table.csv')}
        </Link>
      ) : null}
    </div>
  );
}
