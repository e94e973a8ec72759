import './register.css';
import './import.css';
import { useRef } from 'react';
import { Button } from 'react-aria-components';
import { DEFAULT_CHECK_LIMITS, IMPORT_LIMITS } from '../../shared/parcel-check.ts';
import { useIsConnected } from '../shell/connection.ts';
import { IconButton } from '../shell/IconButton.tsx';
import { Icon } from '../shell/icons.tsx';
import { CrsOfReport } from './CrsQuestion.tsx';
import { ImportFailed } from './ImportFailed.tsx';
import { ImportReport } from './ImportReport.tsx';
import { endImport, importFiles } from './import-file.ts';
import { type ImportState, type LateNews, showRegisterView, useImport } from './import-store.ts';
import { sayBytes, sayHectares, sayPercent } from './quantities.ts';
import { ReadAs } from './ReadAs.tsx';
import { useRegister } from './register-store.ts';
import { useSpeaker } from './use-speaker.ts';

/** A file on its way into the register: chosen, sent, reported on. */
export function ImportPanel() {
  const { t } = useSpeaker();
  const { state, refusal, note, late } = useImport();
  const back = () => {
    endImport();
    showRegisterView('list');
  };
  return (
    <section className="reg-import" aria-label={t('import.title')}>
      <header className="reg-sub-head">
        <IconButton icon="left" label={t('register.back')} onPress={back} />
        <h2>{t('import.title')}</h2>
      </header>
      <div role="alert">{refusal !== null && <p className="reg-error">{refusal}</p>}</div>
      {note !== null && <p className="panel-note">{note}</p>}
      <Late late={late} />
      <Step state={state} />
    </section>
  );
}

/** What came of registering a file that is not shown any more. */
function Late({ late }: { readonly late: readonly LateNews[] }) {
  const { t } = useSpeaker();
  return (
    <div role="status">
      {late.map(({ name, count, failure }, at) =>
        failure === null ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: news are only added, and one file may have two
          <p key={at} className="reg-done">
            <Icon name="check" />
            {t('import.late', { name, count })}
          </p>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: news are only added, and one file may have two
          <p key={at} className="reg-error">
            {t('import.late.none', { name })} <span lang="en">{failure}</span>
          </p>
        ),
      )}
    </div>
  );
}

function Step({ state }: { readonly state: ImportState }) {
  const { t } = useSpeaker();
  switch (state.step) {
    case 'none':
      return <ChooseFile />;
    case 'sending':
      return <Sending {...state} />;
    case 'failed':
      return (
        <>
          <ImportFailed failed={state} />
          <ChooseFile />
        </>
      );
    case 'report':
      return (
        <>
          <ReadAs sent={state.sent} file={state.answer.file} />
          <CrsOfReport report={state} />
          <ImportReport key={state.id} report={state} />
        </>
      );
    case 'done':
      return (
        <>
          <p className="reg-done" role="status">
            <Icon name="check" />
            {t('import.registered', { count: state.count })}
          </p>
          <ChooseFile />
        </>
      );
  }
}

/** Which files can be read, and within which limits: told before one is chosen. */
function ChooseFile() {
  const { t, language } = useSpeaker();
  const input = useRef<HTMLInputElement>(null);
  const isConnected = useIsConnected();
  const info = useRegister((store) => store.info);
  const limits = info?.importLimits ?? IMPORT_LIMITS;
  const { smallestHa, largestHa, insideRegionPct } = info?.limits ?? DEFAULT_CHECK_LIMITS;
  const bytes = (value: number) => sayBytes(language, value);
  return (
    <div className="reg-choose">
      <div className="reg-choose-target">
        <Button data-primary="" isDisabled={!isConnected} onPress={() => input.current?.click()}>
          <Icon name="import" />
          {t('import.choose')}
        </Button>
        <span className="reg-soft">{t('import.or-drop')}</span>
        <input
          ref={input}
          type="file"
          hidden
          accept=".geojson,.json,.kml,.kmz,.zip,.gpkg,.fgb,.csv,.gpx"
          onChange={(event) => {
            importFiles([...(event.target.files ?? [])]);
            // The same file may be chosen again once it was corrected.
            event.target.value = '';
          }}
        />
      </div>
      {!isConnected && <p className="panel-note">{t('import.offline')}</p>}
      <h3>{t('import.formats')}</h3>
      <p>{t('import.formats.list')}</p>
      <h3>{t('import.limits')}</h3>
      <ul className="reg-limits">
        <li>
          {t('import.limits.file', {
            file: bytes(limits.fileBytes),
            zip: bytes(limits.zipBytes),
            unpacked: bytes(limits.unpackedBytes),
          })}
        </li>
        <li>
          {t('import.limits.parcels', {
            parcels: limits.parcels,
            vertices: limits.verticesPerParcel,
            all: limits.verticesPerImport,
          })}
        </li>
        <li>
          {t('import.limits.size', {
            low: sayHectares(language, smallestHa),
            high: sayHectares(language, largestHa),
            inside: sayPercent(language, insideRegionPct),
          })}
        </li>
      </ul>
    </div>
  );
}

function Sending({
  name,
  doneBytes,
  bytes,
}: {
  readonly name: string;
  readonly doneBytes: number;
  readonly bytes: number;
}) {
  const { t, language } = useSpeaker();
  const isSent = doneBytes >= bytes;
  const words = isSent
    ? t('import.checking', { name })
    : t('import.sending', { name, done: sayBytes(language, doneBytes), size: sayBytes(language, bytes) });
  return (
    <div className="reg-sending">
      <p role="status">{words}</p>
      <progress aria-label={words} max={bytes} {...(isSent ? {} : { value: doneBytes })} />
      <Button onPress={endImport}>{t('import.stop')}</Button>
    </div>
  );
}
