import { lazy, Suspense, useState } from 'react';
import { Button, I18nProvider } from 'react-aria-components';
import type { RunInfo, TwinInfo } from '../shared/api.ts';
import { useTranslate } from './i18n/translate.ts';
import { Banners } from './shell/Banners.tsx';
import { Boundary } from './shell/Boundary.tsx';
import { Failure } from './shell/Failure.tsx';
import { type DialogName, Header } from './shell/Header.tsx';
import { Icon } from './shell/icons.tsx';
import { MapPage } from './shell/MapPage.tsx';
import { usePreferences } from './shell/preferences.ts';
import { Skeleton } from './shell/Skeleton.tsx';
import { usePageTitle } from './shell/title.ts';
import { useLaterParts } from './shell/use-later-parts.ts';
import { type LeftColumn, useLeftColumn } from './shell/use-left-column.ts';
import { useIsPhone } from './shell/use-phone.ts';
import { type RunState, useRun } from './shell/use-run.ts';
import { useShortcuts } from './shell/use-shortcuts.ts';
import { MAP_PAGES, useStore } from './state.ts';

const TwinPage = lazy(() => import('./panels/TwinPage.tsx'));
const OperationsPage = lazy(() => import('./operations/OperationsPage.tsx'));
const FileDrop = lazy(() => import('./register/FileDrop.tsx'));
const OfflineStart = lazy(() => import('./register/OfflineStart.tsx'));
const RunDialog = lazy(() => import('./shell/RunDialog.tsx'));
const ExportDialog = lazy(() => import('./shell/ExportDialog.tsx'));
const ShortcutsDialog = lazy(() => import('./shell/ShortcutsDialog.tsx'));

/** English dates and numbers day first and with points, as in the figures. */
const LOCALES = { en: 'en-GB', fr: 'fr-FR', de: 'de-DE' } as const;

/** The frame of the page. */
export function App() {
  const language = useStore((state) => state.language);
  const state = useRun();
  const isPhone = useIsPhone();
  const left = useLeftColumn();
  const [dialog, setDialog] = useState<DialogName | null>(null);
  const run = state.loading.state === 'ready' ? state.loading.run : null;
  usePreferences();
  usePageTitle(run);
  useLaterParts(run !== null);
  useShortcuts(run, setDialog);
  const close = () => setDialog(null);
  return (
    <I18nProvider locale={LOCALES[language]}>
      <div className="shell">
        {run && <SkipLinks hasTable={left.isOpen && !isPhone} />}
        <Header run={run} isPhone={isPhone} open={setDialog} />
        <Banners run={run} state={state} />
        <Content state={state} isPhone={isPhone} left={left} />
        <Boundary key={dialog}>
          <Suspense fallback={null}>
            {dialog === 'shortcuts' && <ShortcutsDialog close={close} />}
            {run && dialog === 'run' && <RunDialog run={run} close={close} />}
            {run && dialog === 'export' && <ExportDialog run={run} close={close} />}
          </Suspense>
        </Boundary>
      </div>
    </I18nProvider>
  );
}

/** First stops of the tab key; only to what is there. */
function SkipLinks({ hasTable }: { hasTable: boolean }) {
  const t = useTranslate();
  const page = useStore((state) => state.page);
  if (!MAP_PAGES.includes(page)) return null;
  return (
    <nav className="shell-skip" aria-label={t('shell.skip')}>
      <a href="#map">{t('shell.skip.map')}</a>
      {hasTable && page === 'map' && <a href="#parcels">{t('shell.skip.table')}</a>}
      {hasTable && page === 'delineate' && <a href="#register">{t('draw.skip.register')}</a>}
    </nav>
  );
}

interface ContentProps {
  readonly state: RunState;
  readonly isPhone: boolean;
  readonly left: LeftColumn;
}

function Content({ state, isPhone, left }: ContentProps) {
  const t = useTranslate();
  const page = useStore((store) => store.page);
  const { loading } = state;
  if (loading.state !== 'ready' && page === 'operations') {
    return (
      <main className="shell-pages">
        <Operations />
      </main>
    );
  }
  if (loading.state === 'loading') return <Skeleton />;
  if (loading.state === 'failed') {
    const { code, message } = loading.failure;
    if (code === 'E_NO_RESULTS_YET') return <NoResultsYet />;
    if (code === 'E_OFFLINE' && page === 'delineate') return <DraftsAlone retry={state.load} />;
    return (
      <main className="shell-page">
        <Failure message={code === 'E_OFFLINE' ? t('shell.no-server') : message} retry={state.load} />
      </main>
    );
  }
  return <Pages run={loading.run} twin={loading.twin} isPhone={isPhone} left={left} key={loading.run.version} />;
}

/** Without a server and without a pack there is no map, but there are the drafts of this device. */
function DraftsAlone({ retry }: { retry(): void }) {
  return (
    <main className="shell-page">
      <Boundary>
        <Suspense fallback={<p className="shell-empty" />}>
          <OfflineStart retry={retry} />
        </Suspense>
      </Boundary>
    </main>
  );
}

/** There will be a map, and it comes by itself. */
function NoResultsYet() {
  const t = useTranslate();
  const set = useStore((store) => store.set);
  return (
    <main className="shell-page">
      <div className="shell-failure">
        <Icon name="map" />
        <p>{t('shell.not-yet')}</p>
        <p className="shell-failure-message">{t('shell.not-yet.why')}</p>
        <Button onPress={() => set({ page: 'operations' })}>{t('shell.not-yet.show')}</Button>
      </div>
    </main>
  );
}

/** What goes on in runs; it needs no results. */
function Operations() {
  const label = useTranslate()('shell.page.operations');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard has to reach what scrolls
    <section className="shell-page shell-page-scrolls" data-scrolls tabIndex={0} aria-label={label}>
      <Boundary>
        <Suspense fallback={<p className="shell-empty" />}>
          <OperationsPage />
        </Suspense>
      </Boundary>
    </section>
  );
}

interface PagesProps {
  readonly run: RunInfo;
  readonly twin: TwinInfo | null;
  readonly isPhone: boolean;
  readonly left: LeftColumn;
}

/** The map, once shown, stays as it is under the other page: making it again costs a second and its tiles. */
function Pages({ run, twin, isPhone, left }: PagesProps) {
  const t = useTranslate();
  const page = useStore((state) => state.page);
  const isOnMap = MAP_PAGES.includes(page);
  const [hasMap, setHasMap] = useState(isOnMap);
  if (isOnMap && !hasMap) setHasMap(true);
  return (
    <main className="shell-pages">
      {hasMap && (
        <div className="shell-page" inert={!isOnMap}>
          <MapPage run={run} twin={twin} isPhone={isPhone} left={left} />
        </div>
      )}
      {page === 'twin' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard has to reach what scrolls
        <section className="shell-page shell-page-scrolls" data-scrolls tabIndex={0} aria-label={t('shell.page.twin')}>
          <Boundary>
            <Suspense fallback={<p className="shell-empty" />}>
              <TwinPage run={run} twin={twin} />
            </Suspense>
          </Boundary>
        </section>
      )}
      {page === 'operations' && <Operations />}
      <Boundary>
        <Suspense fallback={null}>
          <FileDrop />
        </Suspense>
      </Boundary>
    </main>
  );
}
