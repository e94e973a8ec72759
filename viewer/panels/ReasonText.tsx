import { translateReason } from '../i18n/reasons.ts';
import { useStore } from '../state.ts';

/** A reason of the pipeline in the language that is chosen; what has no translation stays English and says so to readers. */
export function ReasonText({ reason }: { readonly reason: string }) {
  const language = useStore((state) => state.language);
  const { text, rest } = translateReason(language, reason);
  if (rest === null) return <>{text}</>;
  return (
    <>
      {text === '' ? '' : `${text} `}
      <span lang="en">{rest}</span>
    </>
  );
}
