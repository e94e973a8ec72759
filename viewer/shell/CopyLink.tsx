import { useState } from 'react';
import { Button, Dialog, DialogTrigger, Heading, Input, Popover, TextField } from 'react-aria-components';
import type { RunInfo } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { addressOf } from './history.ts';
import { Icon } from './icons.tsx';

/** Copies the address of the exact view; where the browser does not let a page copy, it is shown to be copied by hand. */
export function CopyLink({ run }: { run: RunInfo }) {
  const t = useTranslate();
  const [copied, setCopied] = useState<{ address: string; isDone: boolean } | null>(null);
  const copy = async () => {
    const address = addressOf(run);
    const isDone = await navigator.clipboard?.writeText(address).then(
      () => true,
      () => false,
    );
    setCopied({ address, isDone: isDone ?? false });
  };
  return (
    <DialogTrigger isOpen={copied !== null} onOpenChange={(isOpen) => (isOpen ? void copy() : setCopied(null))}>
      <Button data-quiet="" aria-label={t('shell.link.copy')}>
        <Icon name="link" />
        <span className="shell-wide-only">{t('shell.link')}</span>
      </Button>
      <Popover placement="bottom end">
        <Dialog className="shell-copy">
          <Heading slot="title">{copied?.isDone ? t('shell.link.copied') : t('shell.link.by-hand')}</Heading>
          <TextField aria-label={t('shell.link')} value={copied?.address ?? ''} isReadOnly autoFocus>
            <Input onFocus={(event) => event.currentTarget.select()} />
          </TextField>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
