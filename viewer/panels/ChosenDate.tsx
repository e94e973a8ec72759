import { useState } from 'react';
import { Switch } from 'react-aria-components';
import type { RunInfo, SeriesPoint } from '../../shared/api.ts';
import { chipAddress } from '../api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { formatDay, formatHa, formatNdvi, formatPlatform, formatSharePct } from './format.ts';
import { OutcomeMark } from './OutcomeMark.tsx';
import { ReasonText } from './ReasonText.tsx';
import { SceneList } from './SceneList.tsx';

const CHIP_PX = 256;
const STYLES = ['true-color', 'false-color'] as const;

interface ChosenProps {
  readonly parcelId: string;
  readonly points: readonly SeriesPoint[];
  readonly run: RunInfo;
}

/** The chosen acquisition over the open parcel: its figures, pictures and scenes. */
export function ChosenDate({ parcelId, points, run }: ChosenProps) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const chosen = useStore((state) => state.acquisition);
  const acquisition = chosen === null ? undefined : run.acquisitions[chosen];
  const point = points.find((one) => one.acquisition === chosen);
  if (!acquisition) return <p className="panel-note">{t('parcel.chooseDate')}</p>;
  return (
    <div className="panel-chosen">
      <h3>
        {formatDay(language, acquisition.datetime)} · {formatPlatform(acquisition.platform)}
      </h3>
      {point ? (
        <>
          <PointFigures point={point} />
          {run.imageryNote === null ? (
            <Chips parcelId={parcelId} acquisition={point.acquisition} run={run} />
          ) : (
            <p className="panel-note">
              {t('parcel.noImagery')} <span lang="en">{run.imageryNote}</span>
            </p>
          )}
          <h4>{t('parcel.scenes')}</h4>
          <SceneList sceneIds={point.sceneIds} scenes={run.scenes} />
        </>
      ) : (
        <OutcomeMark kind="not_seen" />
      )}
    </div>
  );
}

function PointFigures({ point }: { readonly point: SeriesPoint }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const { ndviMean, ndviP10, ndviP90 } = point;
  return (
    <div className="panel-point">
      <OutcomeMark kind={point.outcome} />
      <span>
        {formatSharePct(language, point.clearFraction)}
        <span className="unit">% {t('parcel.clear')}</span>{' '}
        <span className="panel-se">
          {formatHa(language, point.clearHa)}
          <span className="unit">ha</span>
        </span>
      </span>
      {ndviMean === null ? null : (
        <span>
          <span className="unit">NDVI</span> {formatNdvi(language, ndviMean)}
          {ndviP10 === null || ndviP90 === null ? null : (
            <span className="panel-se">
              {formatNdvi(language, ndviP10)}–{formatNdvi(language, ndviP90)} <span className="unit">p10–p90</span>
            </span>
          )}
        </span>
      )}
      {point.reason === '' ? null : (
        <p className="panel-note">
          <ReasonText reason={point.reason} />
        </p>
      )}
      {point.inSeason ? null : <p className="panel-note">{t('parcel.outOfSeason')}</p>}
    </div>
  );
}

interface ChipsProps {
  readonly parcelId: string;
  readonly acquisition: number;
  readonly run: RunInfo;
}

/** The parcel in true and in false colour on that day. */
function Chips({ parcelId, acquisition, run }: ChipsProps) {
  const t = useTranslate();
  const clouds = useStore((state) => state.showMask);
  return (
    <>
      <div className="panel-chip-pair">
        {STYLES.map((style) => {
          const address = chipAddress(parcelId, acquisition, { style, clouds, sizePx: CHIP_PX, version: run.version });
          return <Chip key={address} address={address} caption={t(`time.style.${style}`)} />;
        })}
      </div>
      <Switch isSelected={clouds} onChange={(isOn) => useStore.getState().set({ showMask: isOn })}>
        <span className="indicator" aria-hidden="true" />
        {t('parcel.showClouds')}
      </Switch>
    </>
  );
}

function Chip({ address, caption }: { readonly address: string; readonly caption: string }) {
  const t = useTranslate();
  const [state, setState] = useState<'loading' | 'there' | 'failed'>('loading');
  return (
    <figure className="panel-chip-figure" data-state={state}>
      {state === 'failed' ? (
        <p className="panel-note">{t('parcel.chipFailed')}</p>
      ) : (
        <img
          src={address}
          width={CHIP_PX}
          height={CHIP_PX}
          alt={caption}
          onLoad={() => setState('there')}
          onError={() => setState('failed')}
        />
      )}
      <figcaption>{caption}</figcaption>
    </figure>
  );
}
