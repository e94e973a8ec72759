import { translateChangeReason } from '../i18n/change-reasons.ts';
import { type ReasonWords, translateReason } from '../i18n/reasons.ts';
import { useStore } from '../state.ts';

/** A reason of the pipeline in the language that is chosen; what has no translation stays English and says so to readers. */
export function ReasonText({ reason }: { readonly reason: string }) {
  const language = useStore((state) => state.language);
  return <Words {...translateReason(language, reason)} />;
}

/** The same of a reason that belongs to change over time. */
export function ChangeReasonText({ reason }: { readonly reason: string }) {
  const language = useStore((state) => state.language);
  const words = translateChangeReason(language, reason);
  return <Words {...(words.text === '' ? translateReason(language, reason) : words)} />;
}

function Words({ text, rest }: ReasonWords) {
  if (rest === null) return <>{text}</>;
  return (
    <>
      {text === '' ? '' : `${text} `}
      <span lang="en">{rest}</span>
    </>
  );
}
