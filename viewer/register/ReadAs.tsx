import { Button } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';
import { askAgain } from './import-file.ts';
import type { SentFile } from './import-store.ts';

/** What a person answered about the file that is shown; nothing where nothing had to be. */
export function ReadAs({ sent: { answers, asked } }: { readonly sent: SentFile }) {
  const t = useTranslate();
  const { crs, layer } = answers;
  if (asked === null) return null;
  const words = crs === null ? 'import.read-as.layer' : layer === null ? 'import.read-as.crs' : 'import.read-as.both';
  return (
    <p className="reg-read-as">
      {t(words, { crs: crs ?? '', layer: layer ?? '' })}
      <Button data-quiet="" className="react-aria-Button reg-small" onPress={askAgain}>
        {t('import.read-as.change')}
      </Button>
    </p>
  );
}
