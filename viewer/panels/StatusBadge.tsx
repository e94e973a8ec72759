import './badge.css';
import { type ParcelStatus, STATUS_COLOURS } from '../../shared/ramps.ts';
import { useTranslate } from '../i18n/translate.ts';

/** The sign inside the swatch, on a field of 16 × 16: told apart without colour. */
const SIGNS: Readonly<Record<ParcelStatus, string>> = {
  loss: 'M8 3v9M4.5 8.5 8 12l3.5-3.5',
  gain: 'M8 13V4M4.5 7.5 8 4l3.5 3.5',
  stable: 'M4 6h8M4 10h8',
  not_distinguishable: 'M3.5 9c1.5-3 3-3 4.5-1s3 2 4.5-1',
  no_data: 'M4 12 12 4',
};

/** Colour and sign of a status as on the map; beside it stands its word. */
export function StatusIcon({ status }: { readonly status: ParcelStatus }) {
  const colour = STATUS_COLOURS[status].join(' ');
  return (
    <svg className="panel-status-icon" viewBox="0 0 16 16" aria-hidden="true">
      <rect x="0.5" y="0.5" width="15" height="15" rx="3.5" style={{ fill: `rgb(${colour})` }} />
      <path d={SIGNS[status]} className={status === 'no_data' ? 'panel-sign-dark' : 'panel-sign-light'} />
    </svg>
  );
}

interface BadgeProps {
  readonly status: ParcelStatus;
  /** What it is the status of, where something else says more. */
  readonly caption?: string | undefined;
}

/** Status as icon and word. */
export function StatusBadge({ status, caption }: BadgeProps) {
  const t = useTranslate();
  return (
    <span className="panel-status">
      {caption === undefined ? null : <span className="panel-status-of">{caption}</span>}
      <StatusIcon status={status} />
      <span>{t(`parcel.status.${status}`)}</span>
    </span>
  );
}
