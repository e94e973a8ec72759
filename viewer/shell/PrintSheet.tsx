import './print.css';
import { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import type { ParcelRow, RunInfo } from '../../shared/api.ts';
import { api } from '../api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { ClassAreas, FiguresTable } from '../panels/Figures.tsx';
import { FindingText } from '../panels/FindingText.tsx';
import { formatHa } from '../panels/format.ts';
import { StatusBadge } from '../panels/StatusBadge.tsx';
import { useStore } from '../state.ts';
import { addressOf } from './history.ts';

interface PrintSheetProps {
  readonly run: RunInfo;
  /** Address of the composed picture of the map. */
  readonly picture: string;
  done(): void;
}

/** One page for paper: the picture of the map, the open parcel's figures, and where it came from. Shown in print only. */
export function PrintSheet({ run, picture, done }: PrintSheetProps) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const parcel = usePrintedParcel();
  const [isDrawn, setDrawn] = useState(false);
  useEffect(() => {
    if (!isDrawn || parcel === undefined) return;
    window.print();
    done();
  }, [isDrawn, parcel, done]);
  return createPortal(
    <div className="shell-print">
      <img src={picture} alt="" onLoad={() => setDrawn(true)} />
      {parcel && (
        <section>
          <h2>{t('export.figures', { id: parcel.parcelId })}</h2>
          <p>
            <StatusBadge status={parcel.status} />{' '}
            {parcel.parcelHa !== null && (
              <>
                {formatHa(language, parcel.parcelHa)}
                <span className="unit">ha</span>
              </>
            )}
          </p>
          <FindingText parcel={parcel} run={run} />
          <FiguresTable parcel={parcel} run={run} />
          {parcel.outcome === 'ok' && <ClassAreas parcel={parcel} />}
        </section>
      )}
      <p className="shell-print-address">
        {t('export.address')}: {addressOf(run)}
      </p>
    </div>,
    document.body,
  );
}

/** The open parcel's figures: undefined until they are there, null where none is open or none can be had. */
function usePrintedParcel(): ParcelRow | null | undefined {
  const id = useStore((state) => state.parcel);
  const [row, setRow] = useState<ParcelRow | null | undefined>(id === null ? null : undefined);
  useEffect(() => {
    if (id === null) return;
    const gone = new AbortController();
    api.parcel(id, useStore.getState().query, gone.signal).then(
      ({ parcel }) => setRow(parcel),
      () => !gone.signal.aborted && setRow(null),
    );
    return () => gone.abort();
  }, [id]);
  return row;
}
