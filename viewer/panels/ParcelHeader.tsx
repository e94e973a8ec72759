import type { Ref } from 'react';
import { Button } from 'react-aria-components';
import type { ParcelDetail } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { formatHa, formatNumber } from './format.ts';
import { StatusBadge } from './StatusBadge.tsx';

/** Closes the open parcel and brings the keyboard back to its row. */
export function closeParcel(): void {
  const { parcel, set } = useStore.getState();
  set({ parcel: null });
  if (parcel === null) return;
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>(`[data-parcel="${CSS.escape(parcel)}"]`)?.focus({ preventScroll: true }),
  );
}

function openParcel(parcel: string | null): void {
  if (parcel !== null) useStore.getState().set({ parcel });
}

interface HeaderProps {
  readonly detail: ParcelDetail;
  readonly heading: Ref<HTMLHeadingElement>;
}

/** Which parcel it is, and the way to its neighbours in the list and back. */
export function ParcelHeader({ detail, heading }: HeaderProps) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const { parcel, position, total, previousId, nextId } = detail;
  const place =
    position === null
      ? t('parcel.notInList')
      : t('parcel.place', { place: formatNumber(language, position + 1), total: formatNumber(language, total) });
  return (
    <header className="panel-header">
      <div className="panel-header-row">
        <Button
          className="react-aria-Button"
          data-quiet=""
          data-icon=""
          aria-label={t('parcel.previous')}
          isDisabled={previousId === null}
          onPress={() => openParcel(previousId)}
        >
          ‹
        </Button>
        <Button
          className="react-aria-Button"
          data-quiet=""
          data-icon=""
          aria-label={t('parcel.next')}
          isDisabled={nextId === null}
          onPress={() => openParcel(nextId)}
        >
          ›
        </Button>
        <span className="panel-place">{place}</span>
        <Button
          className="react-aria-Button panel-close"
          data-quiet=""
          data-icon=""
          aria-label={t('parcel.close')}
          onPress={closeParcel}
        >
          ×
        </Button>
      </div>
      <div className="panel-title-row">
        <h2 ref={heading} tabIndex={-1} className="panel-title">
          {parcel.parcelId}
        </h2>
        <span className="panel-area">
          {parcel.parcelHa === null ? (
            t('table.notMeasured')
          ) : (
            <>
              {formatHa(language, parcel.parcelHa)}
              <span className="unit">ha</span>
            </>
          )}
        </span>
        <StatusBadge
          status={parcel.status}
          caption={parcel.change?.finding == null ? undefined : t('change.periodsOf')}
        />
      </div>
    </header>
  );
}
