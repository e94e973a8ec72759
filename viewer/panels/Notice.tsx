import { Button } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';

/** What could not be loaded and why, with a way to try again. */
export function FailureNotice({ failure, onRetry }: { readonly failure: string; readonly onRetry: () => void }) {
  const t = useTranslate();
  return (
    <div className="panel-notice panel-notice-bad" role="alert">
      <p>
        {t('parcel.loadFailed')} <span lang="en">{failure}</span>
      </p>
      <Button className="react-aria-Button" onPress={onRetry}>
        {t('parcel.retry')}
      </Button>
    </div>
  );
}
