import { formatMoment } from '../shell/moment.ts';
import { useStore } from '../state.ts';

/** A moment as the clock on the wall shows it; in full and in UTC where the pointer rests. */
export function Moment({ at }: { readonly at: string }) {
  const language = useStore((state) => state.language);
  return (
    <time dateTime={at} title={`${at.slice(0, 19).replace('T', ' ')} UTC`}>
      {formatMoment(language, Date.parse(at))}
    </time>
  );
}
