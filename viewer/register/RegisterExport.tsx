import './import.css';
import { useState } from 'react';
import { Button, Label, Radio, RadioGroup, Switch } from 'react-aria-components';
import { PARCEL_FORMATS, type ParcelFormat } from '../../shared/parcel-check.ts';
import { useIsConnected } from '../shell/connection.ts';
import { ShellDialog } from '../shell/ShellDialog.tsx';
import { sayBytes } from './quantities.ts';
import { type ExportFiles, exportAddress, registerApi } from './register-api.ts';
import { failureOf } from './register-store.ts';
import { useSpeaker } from './use-speaker.ts';

/** GPX has no areas: it is read, never written. */
const FORMATS = PARCEL_FORMATS.filter((format) => format !== 'gpx');

/** The register as a file: which format for what, personal data only when asked for, and what a format cannot carry. */
export default function RegisterExport({ close }: { readonly close: () => void }) {
  const { t } = useSpeaker();
  const isConnected = useIsConnected();
  const [format, setFormat] = useState<ExportFormat>('geojson');
  const [personal, setPersonal] = useState(false);
  const [report, setReport] = useState<ExportFiles | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isMaking, setMaking] = useState(false);
  const forget = () => {
    setReport(null);
    setFailure(null);
  };
  const make = async () => {
    forget();
    setMaking(true);
    try {
      setReport(await registerApi.exportReport({ format, personal }));
    } catch (error) {
      setFailure(failureOf(error).message);
    } finally {
      setMaking(false);
    }
  };
  return (
    <ShellDialog title={t('export.register')} close={close}>
      <div className="reg-dialog">
        <FormatChoice
          value={format}
          onChange={(next) => {
            setFormat(next);
            forget();
          }}
        />
        <Switch
          isSelected={personal}
          onChange={(isOn) => {
            setPersonal(isOn);
            forget();
          }}
        >
          <span className="indicator" />
          {t('export.register.personal')}
        </Switch>
        <p className="panel-note">{t('export.register.personal.why')}</p>
        {!isConnected && <p className="reg-error">{t('export.register.offline')}</p>}
        {failure !== null && (
          <p className="reg-error" role="alert">
            {t('export.register.failed')} <span lang="en">{failure}</span>
          </p>
        )}
        <div role="status">
          {report && <Made report={report} addressOf={(file) => exportAddress({ format, personal }, file)} />}
        </div>
        {!report && (
          <div className="reg-dialog-deeds">
            <Button data-primary="" isDisabled={!isConnected} isPending={isMaking} onPress={() => void make()}>
              {t(isMaking ? 'export.register.making' : 'export.register.make')}
            </Button>
          </div>
        )}
      </div>
    </ShellDialog>
  );
}

export type ExportFormat = Exclude<ParcelFormat, 'gpx'>;

function FormatChoice({
  value,
  onChange,
}: {
  readonly value: ExportFormat;
  readonly onChange: (to: ExportFormat) => void;
}) {
  const { t } = useSpeaker();
  return (
    <RadioGroup className="reg-formats" value={value} onChange={(next) => onChange(next as ExportFormat)}>
      <Label>{t('export.register.format')}</Label>
      {FORMATS.map((format) => (
        <Radio key={format} value={format} className="reg-format">
          <b>{t(`export.register.${format}`)}</b>
          <span className="reg-hint">{t(`export.register.${format}.why`)}</span>
        </Radio>
      ))}
    </RadioGroup>
  );
}

interface MadeProps {
  readonly report: ExportFiles;
  readonly addressOf: (file: string) => string;
}

/** What was made, what it lost, and its download. */
function Made({ report, addressOf }: MadeProps) {
  const { t, language } = useSpeaker();
  const { file, parcels, bytes, limits, files } = report;
  return (
    <div className="reg-made">
      <p>
        <b>{t('export.register.done', { file, parcels, size: sayBytes(language, bytes) })}</b>
      </p>
      {limits.length === 0 ? (
        <p className="panel-note">{t('export.register.no-limits')}</p>
      ) : (
        <>
          <p>{t('export.register.limits')}</p>
          <ul lang="en" className="reg-limits">
            {limits.map((limit) => (
              <li key={limit}>{limit}</li>
            ))}
          </ul>
        </>
      )}
      {files.map(({ name }) => (
        <a key={name} className="react-aria-Button" data-primary="" href={addressOf(name)} download={name}>
          {t('export.register.download')} {files.length > 1 && name}
        </a>
      ))}
    </div>
  );
}
