import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { ParcelVersion } from '../../shared/register.ts';
import { chooseParcel } from '../delineate/board.ts';
import { useTranslate } from '../i18n/translate.ts';
import { ShellDialog } from '../shell/ShellDialog.tsx';
import { keepAuthor, useAuthor } from './author.ts';
import { FormField } from './FormField.tsx';
import { ConflictFailure, registerApi } from './register-api.ts';
import { failureOf, takeVersions } from './register-store.ts';

/** Asks who withdraws a parcel and why; a newer version of somebody else's stands in the way. */
export function WithdrawDialog({ parcel, close }: { readonly parcel: ParcelVersion; readonly close: () => void }) {
  const t = useTranslate();
  const author = useAuthor((state) => state.author);
  const [reason, setReason] = useState('');
  const [isSending, setSending] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const isReady = author.trim() !== '' && reason.trim() !== '';
  const withdraw = async () => {
    setSending(true);
    setFailure(null);
    try {
      takeVersions([await registerApi.withdraw(parcel.id, parcel.version, { author, reason })]);
      close();
      chooseParcel(null);
    } catch (error) {
      if (error instanceof ConflictFailure) takeVersions([error.conflict.current]);
      setFailure(error instanceof ConflictFailure ? t('register.withdraw.conflict') : failureOf(error).message);
      setSending(false);
    }
  };
  return (
    <ShellDialog title={t('register.withdraw.title', { id: parcel.id })} close={close}>
      <div className="reg-dialog">
        <p>{t('register.withdraw.text')}</p>
        <FormField label={t('register.author')} mark="required" value={author} onChange={keepAuthor} />
        <FormField label={t('register.reason')} mark="required" isLong value={reason} onChange={setReason} />
        {failure !== null && (
          <p className="reg-error" role="alert">
            {failure}
          </p>
        )}
        <div className="reg-dialog-deeds">
          <Button onPress={close}>{t('register.cancel')}</Button>
          <Button
            className="react-aria-Button reg-danger"
            isDisabled={!isReady}
            isPending={isSending}
            onPress={() => void withdraw()}
          >
            {t('register.withdraw')}
          </Button>
        </div>
      </div>
    </ShellDialog>
  );
}
