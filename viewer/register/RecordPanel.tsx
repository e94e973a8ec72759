import '../panels/panels.css';
import './register.css';
import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import type { ParcelHistory, ParcelVersion } from '../../shared/register.ts';
import { editParcel } from '../delineate/begin-draft.ts';
import { chooseParcel } from '../delineate/board.ts';
import { useTranslate } from '../i18n/translate.ts';
import { formatDay } from '../panels/format.ts';
import { FailureNotice } from '../panels/Notice.tsx';
import { useLoaded } from '../panels/use-loaded.ts';
import { useIsConnected } from '../shell/connection.ts';
import { IconButton } from '../shell/IconButton.tsx';
import { useStore } from '../state.ts';
import { sayHectares } from './quantities.ts';
import { registerApi } from './register-api.ts';
import { useRegister } from './register-store.ts';
import { showShapes } from './shapes.ts';
import { VersionItem } from './VersionItem.tsx';
import { WithdrawDialog } from './WithdrawDialog.tsx';

/** A registered parcel: what is said about it, what can be done, every version with who, when and why. */
export default function RecordPanel({ id }: { readonly id: string }) {
  const t = useTranslate();
  const parcel = useRegister((state) => state.parcels.get(id));
  useEffect(() => () => showShapes('history', []), []);
  return (
    <article className="reg-record" aria-label={t('register.record')}>
      <header className="reg-record-head">
        <div>
          <h2>{parcel?.attributes.name ?? id}</h2>
          <p className="reg-soft">{id}</p>
        </div>
        <IconButton icon="close" label={t('register.close')} onPress={() => chooseParcel(null)} />
      </header>
      {parcel && <Facts parcel={parcel} />}
      {parcel && <RecordDeeds parcel={parcel} />}
      <History id={id} version={parcel?.version ?? null} />
    </article>
  );
}

function Facts({ parcel }: { readonly parcel: ParcelVersion }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const region = useRegister((state) => state.info?.regions.find(({ id }) => id === parcel.regionId)?.name);
  const { intervention, startDate, statedHa } = parcel.attributes;
  const rows = [
    [t('register.record.area'), sayHectares(language, parcel.parcelHa)],
    [t('register.record.stated'), statedHa === null ? null : sayHectares(language, statedHa)],
    [t('register.record.intervention'), intervention && t(`register.intervention.${intervention}`)],
    [t('register.record.start'), startDate && formatDay(language, startDate)],
    [t('register.record.region'), region ?? parcel.regionId],
  ] as const;
  return (
    <dl className="reg-facts">
      {rows.map(
        ([name, value]) =>
          value !== null && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

function RecordDeeds({ parcel }: { readonly parcel: ParcelVersion }) {
  const t = useTranslate();
  const isConnected = useIsConnected();
  const [isWithdrawing, setWithdrawing] = useState(false);
  return (
    <div className="reg-deeds">
      <Button data-primary="" onPress={() => editParcel(parcel)}>
        {t('register.edit')}
      </Button>
      <Button isDisabled={!isConnected} onPress={() => setWithdrawing(true)}>
        {t('register.withdraw')}
      </Button>
      {isWithdrawing && <WithdrawDialog parcel={parcel} close={() => setWithdrawing(false)} />}
    </div>
  );
}

/** Asked for again whenever the newest version is another. */
function History({ id, version }: { readonly id: string; readonly version: number | null }) {
  const t = useTranslate();
  const { data, failure, retry } = useLoaded<ParcelHistory>(`${id} ${version}`, (signal) =>
    registerApi.history(id, signal),
  );
  return (
    <section className="reg-history" aria-label={t('register.history')}>
      <h3>{t('register.history')}</h3>
      {failure && <FailureNotice failure={failure} onRetry={retry} />}
      {!failure && !data && <p className="panel-note">{t('register.record.loading')}</p>}
      {data && (
        <>
          <ol className="reg-versions">
            {data.versions.map((one, index) => (
              <VersionItem
                key={one.version}
                version={one}
                isCurrent={index === 0}
                runs={data.results.filter((result) => result.version === one.version)}
              />
            ))}
          </ol>
          {data.results.length === 0 && <p className="panel-note">{t('register.history.no-results')}</p>}
        </>
      )}
    </section>
  );
}
