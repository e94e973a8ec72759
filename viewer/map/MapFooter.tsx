import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import type { RunInfo } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { formatNumber } from '../panels/format.ts';
import { useStore } from '../state.ts';
import { degreeText } from './GraticuleLabels.tsx';
import { useMapStore } from './map-store.ts';
import { scaleBar } from './scale-bar.ts';

const LONGEST_BAR_PX = 120;

/** Scale, position and sources under the map. */
export function MapFooter({ run }: { run: RunInfo }) {
  return (
    <div className="map-footer">
      <ScaleBar />
      <Position />
      <Attribution run={run} />
    </div>
  );
}

function ScaleBar() {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const view = useMapStore((state) => state.views.left);
  if (!view) return null;
  const { lengthM, widthPx } = scaleBar({ latDeg: view.lat, zoom: view.zoom }, LONGEST_BAR_PX);
  const [number, unit] = lengthM >= 1000 ? [lengthM / 1000, 'km'] : [lengthM, 'm'];
  return (
    <div className="map-scale" role="img" aria-label={`${t('map.scale')}: ${formatNumber(language, number)} ${unit}`}>
      <span className="map-scale-bar" style={{ width: widthPx }} />
      <span>
        {formatNumber(language, number)}
        <span className="unit">{unit}</span>
      </span>
    </div>
  );
}

/** Decimals of a position: 5 are about a metre. */
const POSITION_DIGITS = 5;

function Position() {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const view = useMapStore((state) => state.views.left);
  const place = useMapStore((state) => state.pointer) ?? view;
  if (!place) return null;
  const text = (axis: 'lon' | 'lat') => degreeText({ axis, deg: place[axis] }, language, t, POSITION_DIGITS);
  return (
    <div className="map-position">
      <span className="visually-hidden">{t('map.position')}</span>
      <span>{text('lat')}</span>
      <span>{text('lon')}</span>
    </div>
  );
}

/** The sources in one line; pressed, in full. Text nodes only: it comes from files. */
function Attribution({ run }: { run: RunInfo }) {
  const t = useTranslate();
  const isBasemapShown = useStore((state) => state.showBasemap);
  const basemap = isBasemapShown && run.basemap ? [run.basemap.attribution] : [];
  const sources = [...new Set([...run.attribution, ...basemap])];
  if (sources.length === 0) return null;
  return (
    <DialogTrigger>
      <Button className="map-attribution" aria-label={`${t('map.attribution')}: ${sources.join(' · ')}`}>
        {sources.join(' · ')}
      </Button>
      <Popover placement="top end">
        <Dialog className="map-sources" aria-label={t('map.attribution')}>
          <ul>
            {sources.map((source) => (
              <li key={source}>{source}</li>
            ))}
          </ul>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
