import type { ControlArea, RunInfo } from '../../shared/api.ts';
import type { BalanceRow, ParcelChange } from '../../shared/change.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { FactList, OrNone } from './ChangeFacts.tsx';
import { standsApart } from './change-words.ts';
import { Fold } from './Fold.tsx';
import { formatChange, formatNumber } from './format.ts';
import { useChangeInfo } from './parcel-data.ts';

interface ControlsProps {
  readonly change: ParcelChange;
  readonly controls: readonly ControlArea[];
  readonly run: RunInfo;
}

/** The parcel beside its control areas: how much more it changed than they did. */
export function ChangeControls({ change, controls, run }: ControlsProps) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const { controlDid, controlDidLow, controlDidHigh, controlSlope, controlZ } = change;
  const count = change.controlCount ?? controls.length;
  if (count === 0) {
    return (
      <div>
        <h3>{t('change.controls')}</h3>
        <p className="panel-note">{t('change.controls.none')}</p>
      </div>
    );
  }
  const signed = (value: number | null) => (value === null ? null : formatChange(language, value, 3));
  const interval = controlDidLow !== null && controlDidHigh !== null;
  const ends = { low: signed(controlDidLow) ?? '', high: signed(controlDidHigh) ?? '' };
  const isApart = standsApart(controlZ);
  return (
    <div>
      <h3>{t('change.controls')}</h3>
      <FactList
        facts={[
          {
            name: t('change.controls.did'),
            value: <OrNone text={signed(controlDid)} />,
            ...(controlDid === null
              ? {}
              : { note: interval ? t('change.fact.interval', ends) : t('parcel.notEstimated') }),
          },
          {
            name: t('change.controls.slope'),
            value: <OrNone text={signed(controlSlope)} />,
            note: t('change.controls.perYear'),
          },
          {
            name: 'Z',
            value: <OrNone text={controlZ === null ? null : formatChange(language, controlZ, 2)} />,
            ...(isApart === null ? {} : { note: t(isApart ? 'change.controls.separate' : 'change.controls.alike') }),
          },
          { name: t('change.controls.count'), value: formatNumber(language, count) },
        ]}
      />
      <Balance run={run} />
    </div>
  );
}

function Balance({ run }: { readonly run: RunInfo }) {
  const t = useTranslate();
  const { data } = useChangeInfo(run);
  if (!data || data.balance.length === 0) return null;
  return (
    <Fold title={t('change.controls.balance')}>
      {() => (
        <>
          <p className="panel-note">{t('change.controls.balanceNote')}</p>
          <table className="panel-figures">
            <thead>
              <tr>
                <td />
                <th scope="col">{t('change.controls.pool')}</th>
                <th scope="col">{t('change.controls.matched')}</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {data.balance.map((row) => (
                <BalanceLine key={row.covariate} row={row} />
              ))}
            </tbody>
          </table>
        </>
      )}
    </Fold>
  );
}

function BalanceLine({ row }: { readonly row: BalanceRow }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  return (
    <tr>
      <th scope="row">{t(`change.controls.${row.covariate}`)}</th>
      <td>{formatChange(language, row.smdPool, 2)}</td>
      <td>{formatChange(language, row.smdMatched, 2)}</td>
      <td className={row.isWithin ? undefined : 'panel-too-few'}>
        {t(row.isWithin ? 'change.controls.within' : 'change.controls.beyond')}
      </td>
    </tr>
  );
}
