import { Button } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';
import { Icon } from './icons.tsx';

/** A part that could not be shown: the server's own sentence, and a way to try again. */
export function Failure({ message, retry }: { message: string; retry(): void }) {
  const t = useTranslate();
  return (
    <div className="shell-failure" role="alert">
      <Icon name="warning" />
      <p>{t('shell.failed')}</p>
      <p className="shell-failure-message">{message}</p>
      <Button onPress={retry}>{t('shell.retry')}</Button>
    </div>
  );
}
