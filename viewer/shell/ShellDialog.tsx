import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';
import { IconButton } from './IconButton.tsx';
import './dialogs.css';

interface ShellDialogProps {
  readonly title: string;
  readonly children: ReactNode;
  close(): void;
}

/** A window over the page; Escape, a press outside and its cross close it. */
export function ShellDialog({ title, children, close }: ShellDialogProps) {
  const t = useTranslate();
  return (
    <ModalOverlay
      className="shell-overlay"
      isOpen
      isDismissable
      onOpenChange={(isOpen) => {
        if (!isOpen) close();
      }}
    >
      <Modal className="shell-modal">
        <Dialog className="shell-dialog">
          <div className="shell-dialog-head">
            <Heading slot="title">{title}</Heading>
            <IconButton icon="close" label={t('shell.close')} onPress={close} />
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard has to reach what scrolls */}
          <section className="shell-dialog-body" data-scrolls tabIndex={0} aria-label={title}>
            {children}
          </section>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
