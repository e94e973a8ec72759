import { useEffect, useState } from 'react';
import { Button, Input, Label, Link, TextField } from 'react-aria-components';
import type { FileInfo, RunInfo } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { formatNumber } from '../panels/format.ts';
import { type Language, useStore } from '../state.ts';
import { useIsConnected } from './connection.ts';
import { Icon } from './icons.tsx';
import { makePicture, pictureName } from './make-picture.ts';
import { PrintSheet } from './PrintSheet.tsx';
import { ShellDialog } from './ShellDialog.tsx';

/** The map as a picture or on paper, and the run's files. */
export default function ExportDialog({ run, close }: { run: RunInfo; close(): void }) {
  const t = useTranslate();
  return (
    <ShellDialog title={t('shell.export')} close={close}>
      <Picture run={run} />
      <h3>{t('export.files')}</h3>
      <Files run={run} />
    </ShellDialog>
  );
}

function Picture({ run }: { run: RunInfo }) {
  const t = useTranslate();
  const parcel = useStore((state) => state.parcel);
  const [title, setTitle] = useState(
    () => (parcel === null ? null : t('shell.title.parcel', { id: parcel })) ?? run.project?.name ?? t('shell.results'),
  );
  const [isPrinting, setPrinting] = useState(false);
  const picture = usePicture(run, title);
  const name = pictureName(run, parcel, new Date());
  return (
    <section className="shell-picture" aria-label={t('export.picture')}>
      <TextField value={title} onChange={setTitle} maxLength={200}>
        <Label>{t('export.title')}</Label>
        <Input />
      </TextField>
      <div className="shell-picture-preview" aria-busy={picture.url === null}>
        {picture.failure !== null && <p role="alert">{picture.failure}</p>}
        {picture.url === null && picture.failure === null && <p role="status">{t('export.making')}</p>}
        {picture.url !== null && <img src={picture.url} alt={t('export.preview')} />}
      </div>
      <div className="shell-picture-buttons">
        <Button onPress={() => setPrinting(true)} isDisabled={picture.url === null}>
          {t('export.print')}
        </Button>
        <Button data-primary="" onPress={() => picture.url && save(picture.url, name)} isDisabled={!picture.url}>
          <Icon name="export" />
          {t('export.png')}
        </Button>
      </div>
      {isPrinting && picture.url !== null && (
        <PrintSheet run={run} picture={picture.url} done={() => setPrinting(false)} />
      )}
    </section>
  );
}

/** Typing a title makes the picture anew only after a pause of this long. */
const PAUSE_MS = 350;

/** Address of the picture of the map under this title; null while it is made. */
function usePicture(run: RunInfo, title: string): { url: string | null; failure: string | null } {
  const t = useTranslate();
  const [made, setMade] = useState<{ url: string | null; failure: string | null }>({ url: null, failure: null });
  useEffect(() => {
    let url: string | null = null;
    let isOver = false;
    const timer = setTimeout(() => {
      makePicture(run, title, t).then(
        (blob) => {
          if (isOver) return;
          url = URL.createObjectURL(blob);
          setMade({ url, failure: null });
        },
        (error: Error) => !isOver && setMade({ url: null, failure: error.message }),
      );
    }, PAUSE_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
      if (url !== null) URL.revokeObjectURL(url);
    };
  }, [run, title, t]);
  return made;
}

function save(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}

function Files({ run }: { run: RunInfo }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const isConnected = useIsConnected();
  if (run.files.length === 0) return <p>{t('export.files.none')}</p>;
  return (
    <ul className="shell-files">
      {run.files.map((file) => (
        <li key={file.name}>
          <Link
            href={`/files/${file.name.split('/').map(encodeURIComponent).join('/')}`}
            download
            isDisabled={!isConnected}
            aria-label={t('export.download', { name: file.name })}
          >
            {file.name}
          </Link>
          <Size file={file} language={language} />
        </li>
      ))}
    </ul>
  );
}

/** Bytes in the unit that leaves one to three digits before the point. */
function Size({ file, language }: { file: FileInfo; language: Language }) {
  const units = ['B', 'kB', 'MB', 'GB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, file.bytes)) / 3));
  const value = file.bytes / 1000 ** step;
  return (
    <span className="shell-size">
      {formatNumber(language, value, step === 0 || value >= 100 ? 0 : 1)}
      <span className="unit">{units[step]}</span>
    </span>
  );
}
