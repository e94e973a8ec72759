import { memo } from 'react';
import { Button } from 'react-aria-components';
import type { RunInfo, SeriesPoint } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { chooseAcquisition, useStore } from '../state.ts';
import { formatDay, formatNdvi, formatPlatform, formatSharePct } from './format.ts';
import { OutcomeMark } from './OutcomeMark.tsx';
import { ReasonText } from './ReasonText.tsx';
import { SceneList } from './SceneList.tsx';

interface TableProps {
  readonly points: readonly SeriesPoint[];
  readonly run: RunInfo;
}

/** The chart as a table: all observations of the parcel in order of time. */
export function ObservationTable({ points, run }: TableProps) {
  const t = useTranslate();
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
            <th scope="col">{t('parcel.outcomeAndScenes')}</th>
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <ObservationRow key={point.acquisition} point={point} run={run} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface RowProps {
  readonly point: SeriesPoint;
  readonly run: RunInfo;
}

const ObservationRow = memo(function ObservationRow({ point, run }: RowProps) {
  const t = useTranslate();
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
      <td>
        <OutcomeMark kind={point.outcome} />
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
