import {
  Button,
  ListBox,
  ListBoxItem,
  Header as ListHeader,
  Menu,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
  Select,
  SelectValue,
  Separator,
} from 'react-aria-components';
import type { RunInfo } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { type Language, type Page, type Theme, useStore } from '../state.ts';
import { CopyLink } from './CopyLink.tsx';
import { IconButton } from './IconButton.tsx';
import { Icon } from './icons.tsx';
import { chooseLanguage, chooseTheme, LANGUAGE_NAMES, LANGUAGES, THEMES } from './preferences.ts';

export type DialogName = 'run' | 'export' | 'shortcuts';

export interface HeaderProps {
  readonly run: RunInfo | null;
  readonly isPhone: boolean;
  open(dialog: DialogName): void;
}

const PAGES = ['map', 'delineate', 'twin', 'operations'] as const satisfies readonly Page[];

export function Header({ run, isPhone, open }: HeaderProps) {
  const t = useTranslate();
  return (
    <header className="shell-header">
      <img className="shell-mark" src="/icon.svg" alt="" width="28" height="28" />
      <div className="shell-brand">
        <span className="shell-product">Twin Canopy</span>
        <h1 title={run?.project?.name}>{run?.project?.name ?? t('shell.results')}</h1>
      </div>
      {run && <RunButton run={run} open={open} />}
      {!isPhone && <PageTabs />}
      <div className="shell-actions">
        {isPhone ? (
          <MoreMenu open={open} hasRun={run !== null} />
        ) : (
          <>
            {run && <CopyLink run={run} />}
            {run && <IconButton icon="export" label={t('shell.export')} onPress={() => open('export')} />}
            <LanguageSelect />
            <ThemeMenu />
            <IconButton icon="help" label={t('shell.shortcuts')} onPress={() => open('shortcuts')} />
          </>
        )}
      </div>
    </header>
  );
}

/** Whether the run is whole: its hash if so, else how much there is to know. */
function RunButton({ run, open }: { run: RunInfo; open: HeaderProps['open'] }) {
  const t = useTranslate();
  const count = run.warnings.length + run.counts.unitsLeftOut + run.counts.parcelsRefused;
  const words = count > 0 ? t('shell.run.notices', { count }) : t('shell.run.complete');
  return (
    <Button
      className="react-aria-Button shell-run"
      data-quiet=""
      onPress={() => open('run')}
      aria-label={`${words}. ${t('shell.run')}, ${run.id.slice(0, 12)}`}
    >
      <span className={count > 0 ? 'shell-state shell-state-warn' : 'shell-state'}>
        <Icon name={count > 0 ? 'warning' : 'check'} />
        <span className="shell-state-words">{words}</span>
      </span>
    </Button>
  );
}

/** The pages, as tabs of the header; which one is shown is part of the address. */
function PageTabs() {
  const t = useTranslate();
  const page = useStore((state) => state.page);
  const set = useStore((state) => state.set);
  return (
    <nav className="shell-tabs" aria-label={t('shell.pages')}>
      {PAGES.map((one) => (
        <Button
          key={one}
          className="shell-tab"
          {...(one === page ? { 'aria-current': 'page' as const } : {})}
          onPress={() => set({ page: one })}
        >
          {t(`shell.page.${one}`)}
        </Button>
      ))}
    </nav>
  );
}

function LanguageSelect() {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  return (
    <Select
      className="shell-language"
      aria-label={t('shell.language')}
      value={language}
      onChange={(key) => chooseLanguage(key as Language)}
    >
      <Button data-quiet="">
        <SelectValue>{LANGUAGE_NAMES[language]}</SelectValue>
        <Icon name="down" />
      </Button>
      <Popover placement="bottom end">
        <ListBox>
          {LANGUAGES.map((one) => (
            <ListBoxItem key={one} id={one} lang={one}>
              {LANGUAGE_NAMES[one]}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}

function ThemeMenu() {
  const t = useTranslate();
  const theme = useStore((state) => state.theme);
  return (
    <MenuTrigger>
      <Button data-quiet="" data-icon="" aria-label={t('shell.theme')}>
        <Icon name={theme} />
      </Button>
      <Popover placement="bottom end">
        <Menu
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[theme]}
          onSelectionChange={(keys) => chooseTheme([...keys][0] as Theme)}
        >
          {THEMES.map((one) => (
            <MenuItem key={one} id={one} textValue={t(`shell.theme.${one}`)}>
              <Icon name={one} />
              {t(`shell.theme.${one}`)}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

/** Everything of the header that a narrow screen has no room for. */
function MoreMenu({ open, hasRun }: { open: HeaderProps['open']; hasRun: boolean }) {
  const t = useTranslate();
  const { page, language, theme, set } = useStore();
  return (
    <MenuTrigger>
      <Button data-quiet="" data-icon="" aria-label={t('shell.more')}>
        <Icon name="more" />
      </Button>
      <Popover placement="bottom end">
        <Menu aria-label={t('shell.more')}>
          <MenuSection
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[page]}
            onSelectionChange={(keys) => set({ page: [...keys][0] as Page })}
            aria-label={t('shell.pages')}
          >
            {PAGES.map((one) => (
              <MenuItem key={one} id={one}>
                {t(`shell.page.${one}`)}
              </MenuItem>
            ))}
          </MenuSection>
          <Separator />
          <MenuSection aria-label={t('shell.actions')}>
            <MenuItem id="export" isDisabled={!hasRun} onAction={() => open('export')}>
              {t('shell.export')}
            </MenuItem>
            <MenuItem id="run" isDisabled={!hasRun} onAction={() => open('run')}>
              {t('shell.run')}
            </MenuItem>
          </MenuSection>
          <Separator />
          <MenuSection
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[language]}
            onSelectionChange={(keys) => chooseLanguage([...keys][0] as Language)}
          >
            <ListHeader>{t('shell.language')}</ListHeader>
            {LANGUAGES.map((one) => (
              <MenuItem key={one} id={one} lang={one}>
                {LANGUAGE_NAMES[one]}
              </MenuItem>
            ))}
          </MenuSection>
          <Separator />
          <MenuSection
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[theme]}
            onSelectionChange={(keys) => chooseTheme([...keys][0] as Theme)}
          >
            <ListHeader>{t('shell.theme')}</ListHeader>
            {THEMES.map((one) => (
              <MenuItem key={one} id={one}>
                {t(`shell.theme.${one}`)}
              </MenuItem>
            ))}
          </MenuSection>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
