import type { ReactNode } from 'react';
import type { ParcelChange } from '../../shared/change.ts';
import { type Translate, useTranslate } from '../i18n/translate.ts';
import { type Language, useStore } from '../state.ts';
import { isFireUnsized, isGainBack, magnitudeInterval } from './change-words.ts';
import { formatChange, formatDay, formatNdvi, formatSharePct } from './format.ts';

interface Fact {
  readonly name: string;
  readonly value: ReactNode;
  /** Under the value: unit, interval or meaning. */
  readonly note?: string;
}

/** Dates and figures of a judged parcel. */
export function ChangeFacts({ change }: { readonly change: ParcelChange }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  return <FactList facts={[...dateFacts(change, language, t), ...figureFacts(change, language, t)]} />;
}

export function FactList({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="panel-facts">
      {facts.map(({ name, value, note }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value}
            {note ? <span className="panel-se">{note}</span> : null}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A figure, or in words that there is none. */
export function OrNone({ text }: { readonly text: string | null }) {
  const t = useTranslate();
  return text ?? <span className="panel-missing">{t('parcel.notEstimated')}</span>;
}

function dateFacts(change: ParcelChange, language: Language, t: Translate): Fact[] {
  const { finding, after, before, detected, recoveredOn } = change;
  const isFire = finding === 'burnt_and_recovered';
  const day = (text: string) => formatDay(language, text);
  const facts: Fact[] = [];
  if (after !== null && before !== null) {
    const value = t('change.dates', { after: day(after), before: day(before) });
    facts.push({ name: t(isFire ? 'change.fact.burnt' : 'change.fact.changed'), value });
  }
  // A fire crosses no boundary.
  if (detected !== null && !isFire) {
    facts.push({ name: t('change.fact.detected'), value: day(detected), note: t('change.fact.detectedWhy') });
  }
  if (recoveredOn !== null) {
    const name = t(isGainBack(change) ? 'change.fact.back' : 'change.fact.recovered');
    facts.push({ name, value: day(recoveredOn) });
  }
  return facts;
}

function figureFacts(change: ParcelChange, language: Language, t: Translate): Fact[] {
  const ndvi = (value: number | null) => (value === null ? null : formatNdvi(language, value));
  const { historyStart, nHistory, nMonitored, nOutliers, nBurnt } = change;
  const since = historyStart === null ? '?' : formatDay(language, historyStart);
  return [
    ...magnitudeFact(change, language, t),
    {
      name: t('change.fact.detectable'),
      value: <OrNone text={ndvi(change.minDetectableChange)} />,
      note: t('change.fact.power'),
    },
    {
      name: t('change.fact.edge'),
      value: (
        <OrNone text={change.edgeFraction === null ? null : `${formatSharePct(language, change.edgeFraction)} %`} />
      ),
    },
    {
      name: t('change.fact.shift'),
      value: <OrNone text={change.misregistrationNdvi === null ? null : `± ${ndvi(change.misregistrationNdvi)}`} />,
      note: t('change.fact.shiftUnit'),
    },
    { name: t('change.fact.history'), value: t('change.fact.historySince', { count: nHistory ?? 0, day: since }) },
    { name: t('change.fact.monitored'), value: t('change.fact.monitoredCount', { count: nMonitored ?? 0 }) },
    removedFact(nOutliers ?? 0, nBurnt, t),
  ];
}

function removedFact(outliers: number, burnt: number | null, t: Translate): Fact {
  const name = t('change.fact.removed');
  return burnt === null
    ? { name, value: t('change.fact.removedOutliers', { outliers }), note: t('change.fact.noFires') }
    : { name, value: t('change.fact.removedCounts', { outliers, burnt }) };
}

function magnitudeFact(change: ParcelChange, language: Language, t: Translate): Fact[] {
  if (change.magnitude === null || isFireUnsized(change)) return [];
  const interval = magnitudeInterval(change);
  const [low, high] = (interval ?? []).map((end) => formatChange(language, end, 3));
  const note = interval ? t('change.fact.interval', { low: low!, high: high! }) : t('parcel.notEstimated');
  return [{ name: t('change.fact.magnitude'), value: formatChange(language, change.magnitude, 3), note }];
}
