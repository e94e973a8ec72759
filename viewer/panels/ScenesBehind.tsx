import type { RunInfo, SeriesPoint } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { Fold } from './Fold.tsx';
import { formatDay, formatPlatform } from './format.ts';
import { SceneList } from './SceneList.tsx';
import { isCounted } from './series-figures.ts';

interface ScenesProps {
  readonly points: readonly SeriesPoint[];
  readonly run: RunInfo;
}

/** The acquisitions that each period's figure rests on, and their scenes. */
export function ScenesBehind({ points, run }: ScenesProps) {
  const t = useTranslate();
  const counted = points.filter(isCounted);
  const groups = [
    { key: 'parcel.scenesBaseline', points: counted.filter((point) => point.inBaseline) },
    { key: 'parcel.scenesMonitoring', points: counted.filter((point) => point.inPeriod) },
  ] as const;
  return (
    <>
      {groups.map((group) => (
        <Fold key={group.key} title={t(group.key, { count: group.points.length })}>
          {() => <SceneGroup points={group.points} run={run} />}
        </Fold>
      ))}
    </>
  );
}

function SceneGroup({ points, run }: ScenesProps) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  if (points.length === 0) return <p className="panel-note">{t('parcel.noScenes')}</p>;
  return (
    <ul className="panel-scene-groups">
      {points.map((point) => (
        <li key={point.acquisition}>
          <span className="panel-scene-date">
            {formatDay(language, point.datetime)} · {formatPlatform(point.platform)}
          </span>
          <SceneList sceneIds={point.sceneIds} scenes={run.scenes} />
        </li>
      ))}
    </ul>
  );
}
