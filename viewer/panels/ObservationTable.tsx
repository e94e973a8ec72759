import { memo } from 'react';
import { Button } from 'react-aria-components';
import type { RunInfo, SeriesPoint } from '../../shared/api.ts';
import type { SeriesRow } from '../../shared/change.ts';
import { useTranslate } from '../i18n/translate.ts';
import { chooseAcquisition, useStore } from '../state.ts';
import { StateSign } from './ChartLegend.tsx';
import { formatDay, formatNdvi, formatPlatform, formatSharePct } from './format.ts';
import { OutcomeMark } from './OutcomeMark.tsx';
import { ReasonText } from './ReasonText.tsx';
import { SceneList } from './SceneList.tsx';
import { type JudgedPoint, judgePoints } from './series-states.ts';

interface TableProps {
  readonly points: readonly SeriesPoint[];
  readonly run: RunInfo;
  /** What a judgement made of them; empty where there is none. */
  readonly series: readonly SeriesRow[];
}

/** The chart as a table: all observations of the parcel in order of time. */
export function ObservationTable({ points, run, series }: TableProps) {
  const t = useTranslate();
  const judged = judgePoints(points, series);
  const hasSeason = series.some(({ seasonNdvi }) => seasonNdvi !== null);
  const hasControls = series.some(({ controlNdvi }) => controlNdvi !== null);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard has to reach what scrolls
    <section className="panel-observations" data-scrolls tabIndex={0} aria-label={t('parcel.observations')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('parcel.date')}</th>
            <th scope="col" className="panel-number">
              NDVI
            </th>
            <th scope="col" className="panel-number">
              {t('parcel.clear')}
              <span className="unit">%</span>
            </th>
            {hasSeason ? (
              <th scope="col" className="panel-number">
                {t('change.season')}
              </th>
            ) : null}
            {hasControls ? (
              <th scope="col" className="panel-number">
                {t('change.controlMean')}
              </th>
            ) : null}
            <th scope="col">{t('parcel.outcomeAndScenes')}</th>
          </tr>
        </thead>
        <tbody>
          {judged.map((one) => (
            <ObservationRow key={one.point.acquisition} judged={one} run={run} shows={{ hasSeason, hasControls }} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface RowProps {
  readonly judged: JudgedPoint;
  readonly run: RunInfo;
  readonly shows: { readonly hasSeason: boolean; readonly hasControls: boolean };
}

const ObservationRow = memo(function ObservationRow({ judged, run, shows }: RowProps) {
  const t = useTranslate();
  const { point, row, state } = judged;
  const isChosen = useStore((state) => state.acquisition === point.acquisition);
  const language = useStore((state) => state.language);
  return (
    <tr aria-current={isChosen ? 'date' : undefined}>
      <th scope="row">
        <Button className="panel-date-button" onPress={() => chooseAcquisition(point.acquisition)}>
          {formatDay(language, point.datetime)}
        </Button>
        <span className="panel-sub">
          {formatPlatform(point.platform)}
          {point.inSeason ? '' : ` · ${t('parcel.outOfSeasonShort')}`}
        </span>
      </th>
      <td className="panel-number">
        {point.ndviMean === null ? (
          <span className="panel-missing">{t('parcel.status.no_data')}</span>
        ) : (
          formatNdvi(language, point.ndviMean)
        )}
      </td>
      <td className="panel-number">{formatSharePct(language, point.clearFraction)}</td>
      {shows.hasSeason ? (
        <td className="panel-number">
          <Ndvi value={row?.seasonNdvi ?? null} />
          {row?.seasonLow != null && row.seasonHigh != null ? (
            <span className="panel-sub">
              {formatNdvi(language, row.seasonLow)}–{formatNdvi(language, row.seasonHigh)}
            </span>
          ) : null}
        </td>
      ) : null}
      {shows.hasControls ? (
        <td className="panel-number">
          <Ndvi value={row?.controlNdvi ?? null} />
        </td>
      ) : null}
      <td>
        <OutcomeMark kind={point.outcome} />
        {row ? (
          <span className="panel-sub">
            <StateSign state={state} /> {t(`change.state.${state}`)}
          </span>
        ) : null}
        {point.reason === '' ? null : (
          <span className="panel-sub">
            <ReasonText reason={point.reason} />
          </span>
        )}
        <SceneList sceneIds={point.sceneIds} scenes={run.scenes} isCompact />
      </td>
    </tr>
  );
});

function Ndvi({ value }: { readonly value: number | null }) {
  const language = useStore((state) => state.language);
  if (value === null) return <span className="panel-missing">–</span>;
  return <>{formatNdvi(language, value)}</>;
}
