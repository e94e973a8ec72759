import './file-drop.css';
import { useEffect, useState } from 'react';
import { useTranslate } from '../i18n/translate.ts';
import { Icon } from '../shell/icons.tsx';
import { importFiles } from './import-file.ts';

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

/** The whole page takes files; while one is dragged over it the target is shown. */
export default function FileDrop() {
  const t = useTranslate();
  const [isDragging, setDragging] = useState(false);
  useEffect(() => watchDrags(setDragging), []);
  if (!isDragging) return null;
  return (
    <div className="reg-drop">
      <div className="reg-drop-frame">
        <Icon name="import" />
        <p>{t('import.drop')}</p>
        <p className="reg-drop-hint">{t('import.drop.hint')}</p>
      </div>
    </div>
  );
}

/** Tells whether files are dragged over the page, and takes those that are dropped. Returns what ends it. */
function watchDrags(tell: (isDragging: boolean) => void): () => void {
  const end = new AbortController();
  const { signal } = end;
  // Each element that is entered and left says so on its own; a file is over the page while more were entered.
  let depth = 0;
  const onEnter = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth += 1;
    tell(true);
  };
  const onLeave = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) tell(false);
  };
  const onOver = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    // Without this the browser would leave the page and show the file.
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
  };
  const onDrop = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    tell(false);
    importFiles([...(event.dataTransfer?.files ?? [])]);
  };
  addEventListener('dragenter', onEnter, { signal });
  addEventListener('dragleave', onLeave, { signal });
  addEventListener('dragover', onOver, { signal });
  addEventListener('drop', onDrop, { signal });
  return () => end.abort();
}
