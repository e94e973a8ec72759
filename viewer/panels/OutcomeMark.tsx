import { useTranslate } from '../i18n/translate.ts';

/** What an acquisition was for a parcel; `not_seen` where it took no picture of it. */
export type SeenKind = 'ok' | 'low_coverage' | 'no_data' | 'not_seen';

/** The sign of a kind, as in the chart: filled, hollow, crossed, a mere dash. */
export function OutcomeSign({ kind }: { readonly kind: SeenKind }) {
  return (
    <svg className={`panel-outcome-sign panel-outcome-${kind}`} viewBox="0 0 12 12" aria-hidden="true">
      {kind === 'ok' || kind === 'low_coverage' ? <circle cx="6" cy="6" r="4" /> : null}
      {kind === 'no_data' ? <path d="m3 3 6 6M9 3 3 9" /> : null}
      {kind === 'not_seen' ? <path d="M3 6h6" /> : null}
    </svg>
  );
}

export function OutcomeMark({ kind }: { readonly kind: SeenKind }) {
  const t = useTranslate();
  return (
    <span className="panel-outcome">
      <OutcomeSign kind={kind} />
      {t(`time.kind.${kind}`)}
    </span>
  );
}
