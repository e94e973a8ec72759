import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';
import { surfacesOf } from '../map/map-store.ts';
import { formatHa, formatNumber } from '../panels/format.ts';
import { useRegister } from '../register/register-store.ts';
import { useStore } from '../state.ts';
import type { Draft } from './drafts.ts';
import type { Figures } from './figures.ts';
import { useLive } from './live.ts';
import { useRegions } from './regions.ts';
import { cornerCount, type Position, shapeOf } from './shape.ts';

/** Most neighbours that are named one by one. */
const NAMED = 4;

/** Hectares, shares of the region and overlaps of the open draft as it is now. */
export function DraftFigures({ draft }: { draft: Draft }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const { figures, faults } = useLive();
  const region = useRegions().find(({ id }) => id === draft.regionId);
  const pct = (value: number) => formatNumber(language, value, value < 10 ? 3 : 1);
  if (!figures) return null;
  const { ha, perimeterM, statedSharePct, measuredSharePct, insidePct } = figures;
  const share = (key: 'stated' | 'measured', value: number | null, whole: number | null | undefined) =>
    value !== null &&
    whole != null && (
      <span>{t(`draw.figure.share.${key}`, { pct: pct(value), ha: formatNumber(language, whole) })}</span>
    );
  return (
    <section className="draw-figures" aria-label={t('draw.figure.area')}>
      <p className="draw-figures-ha" data-bad={ha === null || undefined}>
        {ha === null ? t('draw.figure.none') : formatHa(language, ha)}
        {ha !== null && <span className="unit">ha</span>}
      </p>
      <p className="draw-small">{t('draw.figure.how')}</p>
      {faults.length > 0 && <Faults places={faults} />}
      <dl className="draw-facts">
        <Fact name={t('draw.figure.perimeter')}>{formatNumber(language, perimeterM)} m</Fact>
        <Fact name={t('draw.figure.corners')}>{formatNumber(language, cornerCount(shapeOf(draft.geometry)))}</Fact>
        {region && (statedSharePct !== null || measuredSharePct !== null) && (
          <Fact name={t('draw.figure.share', { name: region.name })}>
            {share('stated', statedSharePct, region.statedHa)}
            {share('measured', measuredSharePct, region.measuredHa)}
          </Fact>
        )}
        <Fact name={t('draw.figure.inside')}>
          {insidePct === null ? t('draw.figure.no-boundary') : `${formatNumber(language, insidePct, 1)} %`}
        </Fact>
        <Fact name={t('draw.figure.overlap')}>
          {ha === null ? t('draw.figure.none') : <Overlaps overlaps={figures.overlaps} />}
          <ResultsNote />
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Overlaps({ overlaps }: { overlaps: Figures['overlaps'] }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  if (overlaps.length === 0) return t('draw.figure.overlap.none');
  return (
    <>
      {overlaps.slice(0, NAMED).map(({ neighbour, ha }) => (
        <span key={neighbour.id} className="draw-overlap">
          {t('draw.figure.overlap.with', { ha: smallHa(formatHa(language, ha), ha, language), name: neighbour.name })}
        </span>
      ))}
      {overlaps.length > NAMED && <span>{t('draw.figure.overlap.more', { count: overlaps.length - NAMED })}</span>}
    </>
  );
}

/** The map may show parcels of the results on this very ground; they are nobody's neighbours here. */
function ResultsNote() {
  const t = useTranslate();
  const hasRegister = useRegister(({ parcels }) => parcels.size > 0);
  return (
    <span className="draw-small">
      {t('draw.figure.overlap.results')} {hasRegister && t('draw.figure.overlap.hidden')}
    </span>
  );
}

/** What is not nothing never reads as 0.00. */
function smallHa(text: string, ha: number, language: Parameters<typeof formatHa>[0]): string {
  return ha < 0.005 ? formatNumber(language, ha, 5) : text;
}

function Faults({ places }: { places: readonly Position[] }) {
  const t = useTranslate();
  const show = () => {
    const surface = surfacesOf()[0];
    const [lon, lat] = places[0]!;
    surface?.goTo({ lon, lat, zoom: Math.max(surface.camera().zoom, 17) });
  };
  return (
    <div className="draw-faults" role="alert">
      <p>{t('draw.fault', { count: places.length })}</p>
      <Button onPress={show}>{t('draw.fault.show')}</Button>
    </div>
  );
}
