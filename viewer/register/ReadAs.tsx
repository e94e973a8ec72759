import { Button } from 'react-aria-components';
import type { ImportAnswer } from '../../shared/register.ts';
import { useTranslate } from '../i18n/translate.ts';
import { askAgain } from './import-file.ts';
import type { SentFile } from './import-store.ts';

interface ReadAsProps {
  readonly sent: SentFile;
  /** What the server says of it; null where it could not be read so. */
  readonly file: ImportAnswer['file'] | null;
}

/** What a person answered about the file that is shown, with a way back to the question; nothing where nothing had to be. */
export function ReadAs({ sent: { answers, asked }, file }: ReadAsProps) {
  const t = useTranslate();
  const { crs, layer } = answers;
  if (asked === null) return null;
  const what = crs === null ? 'layer' : layer === null ? 'crs' : 'both';
  const isUnused = file !== null && crs !== null && file.assumedCrs === undefined;
  const words = isUnused
    ? 'import.crs.unused'
    : (`import.${file === null ? 'not-read-as' : 'read-as'}.${what}` as const);
  return (
    <p className="reg-read-as">
      {t(words, { crs: crs ?? '', layer: layer ?? '' })}
      <Button data-quiet="" className="react-aria-Button reg-small" onPress={askAgain}>
        {t('import.read-as.change')}
      </Button>
    </p>
  );
}
