import { useEffect } from 'react';

/** After the first map, whose tiles go first. */
const PAUSE_MS = 4000;

const PARTS: readonly (() => Promise<unknown>)[] = [
  () => import('../panels/ParcelPanel.tsx'),
  () => import('../panels/SeriesChart.tsx'),
  () => import('../panels/TwinPage.tsx'),
  () => import('../operations/OperationsPage.tsx'),
  () => import('../map/MeasurePanel.tsx'),
  () => import('./ColouringControl.tsx'),
  () => import('./ExportDialog.tsx'),
  () => import('./LayerSheet.tsx'),
  () => import('./RunDialog.tsx'),
  () => import('./ShortcutsDialog.tsx'),
];

/** Fetches what opens only when it is asked for, while there is a server to fetch it from. */
export function useLaterParts(isReady: boolean): void {
  useEffect(() => {
    if (!isReady) return;
    // What does not come now is asked for again when it is opened, which says so if it fails.
    const timer = setTimeout(() => void Promise.allSettled(PARTS.map((load) => load())), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [isReady]);
}
