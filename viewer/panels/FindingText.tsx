import type { ParcelRow, RunInfo } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { findingSentence } from './finding.ts';
import { ReasonText } from './ReasonText.tsx';

/** What was found on a parcel, or why nothing was, and what limits it. */
export function FindingText({ parcel, run }: { readonly parcel: ParcelRow; readonly run: RunInfo }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const sentence = findingSentence(language, parcel, run.thresholds);
  return (
    <div aria-live="polite">
      <p className="panel-finding">
        {sentence ? (
          t(sentence.key, sentence.values)
        ) : (
          <>
            {t('parcel.finding.noResult')} <ReasonText reason={parcel.reason} />.
          </>
        )}
      </p>
      {sentence && parcel.reason !== '' ? (
        <p className="panel-notice panel-notice-warn">
          <ReasonText reason={parcel.reason} />
        </p>
      ) : null}
    </div>
  );
}
