import './panels.css';
import './table.css';
import { type FocusEvent, useEffect, useMemo, useRef, useState } from 'react';
import { Cell, Column, Row, Table, TableBody, TableHeader, TableLayout, Virtualizer } from 'react-aria-components';
import type { ParcelPage, ParcelRow, ParcelSort, RunInfo } from '../../shared/api.ts';
import { api } from '../api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { ChangeFilter } from './ChangeFilter.tsx';
import { FailureNotice, FailureText } from './Notice.tsx';
import { ParcelCell } from './ParcelCell.tsx';
import { ParcelSearch, StatusFilter } from './ParcelFilter.tsx';
import { useOpenParcel } from './parcel-data.ts';
import { TableFooter } from './TableFooter.tsx';
import {
  columnsFor,
  columnWidthPx,
  offsetOf,
  ROWS_PER_PAGE,
  STACKED_BELOW_PX,
  type TableColumn,
} from './table-columns.ts';
import { useLoaded } from './use-loaded.ts';
import { useWidth } from './use-width.ts';

/** All parcels, a hundred at a time, sorted and filtered by the server. */
export default function ParcelTable({ run }: { readonly run: RunInfo }) {
  const t = useTranslate();
  const isConnected = useStore((state) => state.isConnected);
  const { ref, widthPx } = useWidth<HTMLDivElement>();
  const { page, offset, setOffset } = usePage(run);
  const { data, isLoading, failure, retry } = page;
  return (
    <div className="panel-table-frame" ref={ref}>
      <div className="panel-table-tools">
        <ParcelSearch />
        <StatusFilter run={run} />
        {run.change ? <ChangeFilter counts={run.change} /> : null}
      </div>
      {failure && !data ? <FailureNotice failure={failure} onRetry={retry} /> : null}
      {data && (failure || !isConnected) ? (
        <p className="panel-notice panel-notice-warn" role="status">
          {isConnected && failure ? (
            <>
              {t('parcel.loadFailed')} <FailureText failure={failure} />
            </>
          ) : (
            t('table.stale')
          )}
        </p>
      ) : null}
      {data && widthPx > 0 ? (
        <ParcelGrid rows={data.rows} widthPx={widthPx} hasChange={run.change !== null} isBusy={isLoading} />
      ) : failure ? null : (
        <SkeletonRows />
      )}
      <TableFooter
        run={run}
        offset={data?.offset ?? offset}
        total={data?.total ?? run.counts.parcels}
        onMove={setOffset}
      />
    </div>
  );
}

/** The page that is shown: the first of each new list, then where the pager or the open parcel leads. */
function usePage(run: RunInfo) {
  const query = useStore((state) => state.query);
  const list = JSON.stringify(query);
  const [place, setPlace] = useState({ list, offset: 0 });
  const offset = place.list === list ? place.offset : 0;
  const open = useOpenParcel(run);
  const followed = useRef<string | null>(null);
  const detail = open.isCurrent ? open.data : null;
  const openId = detail?.parcel.parcelId ?? null;
  const position = detail?.position ?? null;
  useEffect(() => {
    // Once for each parcel that is opened: leafing on from there stays possible.
    if (openId === followed.current) return;
    followed.current = openId;
    if (position !== null) setPlace({ list, offset: offsetOf(position) });
  }, [openId, position, list]);
  const page = useLoaded<ParcelPage>(`${run.version} ${list} ${offset}`, (signal) =>
    api.parcels(query, { offset, limit: ROWS_PER_PAGE }, signal),
  );
  return { page, offset, setOffset: (next: number) => setPlace({ list, offset: next }) };
}

interface GridProps {
  readonly rows: readonly ParcelRow[];
  readonly widthPx: number;
  readonly hasChange: boolean;
  readonly isBusy: boolean;
}

function ParcelGrid({ rows, widthPx, hasChange, isBusy }: GridProps) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const { sort, order } = useStore((state) => state.query);
  const open = useStore((state) => state.parcel);
  const columns = useMemo(() => columnsFor(widthPx, { sort, hasChange }), [widthPx, sort, hasChange]);
  const isStacked = widthPx < STACKED_BELOW_PX;
  const layout = useLayout();
  const isPointing = useRef(false);
  const scroller = useScrollToOpen({ rows, open, layout });
  const selected = rows.flatMap((row) => (row.parcelId === open ? [row.index] : [])).slice(0, 1);
  const openRow = (keys: 'all' | Set<unknown>) => {
    const row = rows.find(({ index }) => keys !== 'all' && keys.has(index));
    if (row) useStore.getState().set({ parcel: row.parcelId });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: focus is only watched here; the table inside handles it
    <div
      className="panel-table-scroller"
      ref={scroller}
      data-busy={isBusy || undefined}
      data-stacked={isStacked || undefined}
      onPointerDownCapture={() => {
        isPointing.current = true;
      }}
      onKeyDownCapture={() => {
        isPointing.current = false;
      }}
      onFocus={(event) => markFocused(event, isPointing.current)}
      onBlur={() => useStore.getState().set({ hovered: null })}
    >
      <Virtualizer layout={TableLayout} layoutOptions={layout}>
        <Table
          className="panel-table"
          aria-label={t('table.title')}
          selectionMode="single"
          selectionBehavior="toggle"
          disallowEmptySelection
          escapeKeyBehavior="none"
          selectedKeys={selected}
          onSelectionChange={openRow}
          sortDescriptor={{ column: sort, direction: order === 'asc' ? 'ascending' : 'descending' }}
          onSortChange={({ column, direction }) => sortBy(column as ParcelSort, direction === 'ascending')}
        >
          <TableHeader columns={columns} dependencies={[t, widthPx]}>
            {(column) => <HeadCell column={column} tablePx={widthPx} isLast={column === columns.at(-1)} />}
          </TableHeader>
          <TableBody
            items={rows}
            dependencies={[columns, t]}
            renderEmptyState={() => <p className="panel-empty">{t('table.empty')}</p>}
          >
            {(row) => (
              <Row id={row.index} columns={columns} dependencies={[t]} className="panel-row" data-parcel={row.parcelId}>
                {(column) => (
                  <Cell className={classesOf('panel-cell', column, column === columns.at(-1))}>
                    <ParcelCell row={row} column={column.id} language={language} t={t} />
                  </Cell>
                )}
              </Row>
            )}
          </TableBody>
        </Table>
      </Virtualizer>
    </div>
  );
}

interface RowLayout {
  readonly rowHeight: number;
  readonly headingHeight: number;
}

/** Heights of rows and heading: a finger needs more than a mouse. */
function useLayout(): RowLayout {
  return useMemo(() => {
    const isTouch = window.matchMedia('(pointer: coarse)').matches;
    return { rowHeight: isTouch ? 46 : 38, headingHeight: 50 };
  }, []);
}

function classesOf(name: string, column: TableColumn, isLast: boolean): string {
  const own = column.id === 'parcelId' ? ' panel-first' : column.isNumber ? ' panel-number' : '';
  return `${name}${own}${isLast ? ' panel-last' : ''}`;
}

interface HeadProps {
  readonly column: TableColumn;
  readonly tablePx: number;
  readonly isLast: boolean;
}

function HeadCell({ column, tablePx, isLast }: HeadProps) {
  const t = useTranslate();
  return (
    <Column
      id={column.id}
      allowsSorting
      isRowHeader={column.id === 'parcelId'}
      width={columnWidthPx(column, tablePx) ?? '1fr'}
      className={classesOf('panel-head', column, isLast)}
    >
      {({ sortDirection }) => (
        <>
          <span>
            {t(`table.column.${column.id}`)}
            <span className="panel-sort" data-direction={sortDirection} aria-hidden="true" />
          </span>
          {column.isNumber ? <span className="unit">{t(`table.unit.${column.id as 'parcelHa'}`)}</span> : null}
        </>
      )}
    </Column>
  );
}

interface OpenRow {
  readonly rows: readonly ParcelRow[];
  readonly open: string | null;
  readonly layout: RowLayout;
}

/** Keeps the open row in sight when it was opened elsewhere. */
function useScrollToOpen({ rows, open, layout }: OpenRow) {
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const table = scroller.current?.querySelector('[role=grid]');
    const position = rows.findIndex((row) => row.parcelId === open);
    if (!table || position < 0 || table.contains(document.activeElement)) return;
    const top = position * layout.rowHeight;
    const seenPx = table.clientHeight - layout.headingHeight - layout.rowHeight;
    if (top < table.scrollTop || top > table.scrollTop + seenPx) table.scrollTop = Math.max(0, top - seenPx / 2);
  }, [open, rows, layout]);
  return scroller;
}

/** Names are first sorted from A, changes from the deepest drop, figures from the largest; once more turns it round. */
const ASCENDING_FIRST: readonly ParcelSort[] = [
  'parcelId',
  'status',
  'ndviChange',
  'coverChangePct',
  'changeFinding',
  'changeConfidence',
  'changeMagnitude',
];

function sortBy(column: ParcelSort, isAscending: boolean): void {
  const { query, set } = useStore.getState();
  const isUp = query.sort === column ? isAscending : ASCENDING_FIRST.includes(column);
  const order = isUp ? 'asc' : 'desc';
  set({ query: { ...query, sort: column, order } });
}

/** The row in focus is the one that the map points out. A click leads to the row, so that Home and End go on from there. */
function markFocused(event: FocusEvent, isPointing: boolean): void {
  const row = (event.target as HTMLElement).closest<HTMLElement>('[data-parcel]');
  if (isPointing && row && row !== event.target) row.focus({ preventScroll: true });
  useStore.getState().set({ hovered: row?.dataset.parcel ?? null });
}

function SkeletonRows() {
  const t = useTranslate();
  return (
    <div className="panel-skeleton" role="status" aria-label={t('parcel.loading')}>
      {Array.from({ length: 14 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows of nothing have no other name
        <div key={index} className="panel-skeleton-row" />
      ))}
    </div>
  );
}
