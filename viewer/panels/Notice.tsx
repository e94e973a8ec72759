import { Button } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';
import type { LoadFailure } from './use-loaded.ts';

/** What could not be loaded and why, with a way to try again. */
export function FailureNotice({ failure, onRetry }: { readonly failure: LoadFailure; readonly onRetry: () => void }) {
  const t = useTranslate();
  return (
    <div className="panel-notice panel-notice-bad" role="alert">
      <p>
        {t('parcel.loadFailed')} <FailureText failure={failure} />
      </p>
      <Button className="react-aria-Button" onPress={onRetry}>
        {t('parcel.retry')}
      </Button>
    </div>
  );
}

/** The cause: in the chosen language where no server answers, else in the server's own words. */
export function FailureText({ failure }: { readonly failure: LoadFailure }) {
  const t = useTranslate();
  return failure.isOffline ? t('shell.no-server') : <span lang="en">{failure.message}</span>;
}
