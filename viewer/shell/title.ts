import { useEffect } from 'react';
import type { RunInfo } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';

/** The window's title says what is looked at: parcel or page, then the project. */
export function usePageTitle(run: RunInfo | null): void {
  const t = useTranslate();
  const page = useStore((state) => state.page);
  const parcel = useStore((state) => state.parcel);
  useEffect(() => {
    const what = page !== 'map' || parcel === null ? t(`shell.page.${page}`) : t('shell.title.parcel', { id: parcel });
    document.title = [what, run?.project?.name, 'Twin Canopy'].filter((part) => part !== undefined).join(' · ');
  }, [t, page, parcel, run]);
}
