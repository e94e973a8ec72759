import { type ReactNode, useState } from 'react';
import { ToggleButton } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';

/** A part of the page over the lower half of a phone's map; its grip makes it as tall as the screen. */
export function Sheet({ id, label, children }: { id: string; label: string; children: ReactNode }) {
  const t = useTranslate();
  const [isTall, setTall] = useState(false);
  return (
    <section id={id} className="shell-sheet" aria-label={label} tabIndex={-1} data-tall={isTall || undefined}>
      <ToggleButton className="shell-grip" aria-label={t('shell.sheet.tall')} isSelected={isTall} onChange={setTall} />
      <div className="shell-sheet-body">{children}</div>
    </section>
  );
}
