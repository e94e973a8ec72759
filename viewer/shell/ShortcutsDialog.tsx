import { useState } from 'react';
import { Switch } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';
import { ShellDialog } from './ShellDialog.tsx';
import { keepChoice, readChoice } from './storage.ts';
import { SHORTCUTS } from './use-shortcuts.ts';

/** The keys of the page, and the switch that turns those without a modifier off. */
export default function ShortcutsDialog({ close }: { close(): void }) {
  const t = useTranslate();
  const [isOn, setOn] = useState(() => readChoice('shortcuts') !== 'off');
  const change = (wanted: boolean) => {
    keepChoice('shortcuts', wanted ? 'on' : 'off');
    setOn(wanted);
  };
  return (
    <ShellDialog title={t('shell.shortcuts')} close={close}>
      <Switch isSelected={isOn} onChange={change}>
        <span className="indicator" />
        {t('shell.shortcuts.on')}
      </Switch>
      <dl className={isOn ? 'shell-keys' : 'shell-keys shell-keys-off'}>
        {SHORTCUTS.map(([key, name]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(`shell.key.${name}`)}</dd>
          </div>
        ))}
      </dl>
      <dl className="shell-keys">
        <div>
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>{t('shell.key.back')}</dd>
        </div>
        <div>
          <dt>
            <kbd>Tab</kbd>
          </dt>
          <dd>{t('shell.key.tab')}</dd>
        </div>
        <div>
          <dt>
            <kbd>↑</kbd> <kbd>↓</kbd>
          </dt>
          <dd>{t('shell.key.arrows')}</dd>
        </div>
      </dl>
    </ShellDialog>
  );
}
