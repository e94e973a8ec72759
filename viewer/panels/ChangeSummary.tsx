import type { ParcelChange } from '../../shared/change.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { ChangeBadge, ConfidenceSign } from './ChangeBadge.tsx';
import { changeSentences, whyKey } from './change-words.ts';
import { ChangeReasonText } from './ReasonText.tsx';

/** What the series of a parcel amounts to, how sure that is and why; or why it was not judged. */
export function ChangeSummary({ change }: { readonly change: ParcelChange }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const { finding, confidence, reason } = change;
  if (finding === null) return <ChangeNotJudged reason={reason} />;
  return (
    <div className="panel-change-summary" aria-live="polite">
      <p className="panel-change-head">
        <ChangeBadge finding={finding} />
        {confidence === null ? null : (
          <span className="panel-change-sure">
            <ConfidenceSign confidence={confidence} />
            {t(`change.confidence.${confidence}`)}
          </span>
        )}
      </p>
      <p className="panel-finding">
        {changeSentences(language, change)
          .map(({ key, values }) => t(key, values))
          .join(' ')}
      </p>
      {confidence === null ? null : <p className="panel-note">{t(whyKey(change, confidence))}</p>}
      {reason === '' ? null : (
        <p className="panel-notice panel-notice-warn">
          <span>
            <ChangeReasonText reason={reason} />
          </span>
        </p>
      )}
    </div>
  );
}

/** Why there is no judgement: of the parcel, or of the whole run. */
export function ChangeNotJudged({ reason }: { readonly reason: string }) {
  const t = useTranslate();
  return (
    <p className="panel-notice panel-change-unjudged">
      <span>
        {t('change.notJudged')} {reason === '' ? t('change.noReason') : <ChangeReasonText reason={reason} />}.
      </span>
    </p>
  );
}
