import { Button, ToggleButton } from 'react-aria-components';
import type { RunInfo } from '../../shared/api.ts';
import { REASON_COLOURS } from '../../shared/mask-reasons.ts';
import { type ParcelStatus, STATUS_COLOURS, YEAR_CLASS_COLOURS } from '../../shared/ramps.ts';
import { useTranslate } from '../i18n/translate.ts';
import { colouringOf, yearsOf } from '../map/colouring.ts';
import { type LegendStop, legendLimits, legendStops, yearStops } from '../map/legend.ts';
import { changeFilterWords } from '../panels/change-words.ts';
import { formatNumber } from '../panels/format.ts';
import { StatusIcon } from '../panels/StatusBadge.tsx';
import { type Colouring, toggleStatus, useStore } from '../state.ts';
import { isValueKind, type ValueKind } from '../style/ramp-choices.ts';
import { gradient } from './gradient.ts';
import { CLASS_NAMES, kindOf, sceneOf } from './layer-options.ts';

const STATUS_ORDER = Object.keys(STATUS_COLOURS) as ParcelStatus[];
const REASON_ORDER = Object.keys(REASON_COLOURS) as (keyof typeof REASON_COLOURS)[];

/** What the colours on the map mean, with real values; a press on a status filters table and map. */
export function Legend({ run }: { run: RunInfo }) {
  const { left, right, compare, showMask, showParcels } = useStore();
  const shown = compare === 'off' ? [left] : [left, right];
  const kinds = [...new Set(shown.map((id) => kindOf(run, id)))].filter(
    (kind): kind is ValueKind => kind !== null && isValueKind(kind),
  );
  return (
    <div className="shell-legend">
      {kinds.map((kind) => (
        <RampLegend key={kind} run={run} kind={kind} />
      ))}
      {shown.some((id) => kindOf(run, id) === 'year-class') && <ClassLegend />}
      {showMask && shown.some((id) => sceneOf(id) !== null) && <MaskLegend />}
      {showParcels && <StatusLegend run={run} />}
    </div>
  );
}

function RampLegend({ run, kind }: { run: RunInfo; kind: ValueKind }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const chosen = useStore((state) => state.colouring);
  const colouring = colouringOf(kind, chosen, yearsOf(run));
  const years = yearStops(kind, colouring, yearsOf(run));
  const limits = legendLimits(kind, colouring, language);
  return (
    <div className="shell-legend-part">
      <div className="shell-legend-title">
        {t(`shell.kind.${kind}`)} <span className="unit">{t(`shell.unit.${kind}`)}</span>
      </div>
      {years.length > 0 ? <YearBar years={years} /> : <RampBar kind={kind} colouring={colouring} />}
      {limits.length > 0 && <div className="shell-soft">{t('shell.legend.only', { limits: limits.join(', ') })}</div>}
    </div>
  );
}

function RampBar({ kind, colouring }: { kind: ValueKind; colouring: Colouring }) {
  const language = useStore((state) => state.language);
  const stops = legendStops(kind, colouring, { language });
  const { low, high, min, max } = colouring;
  return (
    <>
      <div className="shell-legend-ramp" style={{ background: gradient(stops.map(({ rgb }) => rgb)) }}>
        <Hidden low={low} high={high} min={min} max={max} />
      </div>
      <div className="shell-legend-labels">
        {[0, 4, 8].map((index) => (
          <span key={index}>{stops[index]!.label.replace('-', '−')}</span>
        ))}
      </div>
    </>
  );
}

/** With more years than these, only some have room for their number. */
const LABELLED_YEARS = 6;

/** One field a year: a date layer has no colours between. */
function YearBar({ years }: { years: readonly LegendStop[] }) {
  const every = Math.ceil(years.length / LABELLED_YEARS);
  return (
    <ol className="shell-legend-years">
      {years.map(({ label, rgb, isDrawn }, index) => (
        <li key={label}>
          <span style={{ background: `rgb(${rgb.join(' ')})` }} data-hidden={!isDrawn || undefined} />
          <span className={index % every === 0 ? undefined : 'visually-hidden'}>{label}</span>
        </li>
      ))}
    </ol>
  );
}

/** What the colours of a year's classes mean. */
function ClassLegend() {
  const t = useTranslate();
  return (
    <div className="shell-legend-part">
      <div className="shell-legend-title">{t('shell.kind.year-class')}</div>
      <ul className="shell-legend-mask shell-legend-classes">
        {CLASS_NAMES.map((name) => (
          <li key={name}>
            <span className="shell-swatch" style={{ background: `rgb(${YEAR_CLASS_COLOURS[name].join(' ')})` }} />
            {t(`shell.class.${name}`)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Greys out the part of the bar whose values are not drawn. */
function Hidden({ low, high, min, max }: { low: number; high: number; min: number | null; max: number | null }) {
  const at = (value: number) => `${Math.min(100, Math.max(0, ((value - low) / (high - low)) * 100))}%`;
  return (
    <>
      {min !== null && <span className="shell-legend-hidden" style={{ left: 0, width: at(min) }} />}
      {max !== null && <span className="shell-legend-hidden" style={{ left: at(max), right: 0 }} />}
    </>
  );
}

function StatusLegend({ run }: { run: RunInfo }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const query = useStore((state) => state.query);
  const set = useStore((state) => state.set);
  const only = changeFilterWords(query, t);
  return (
    <fieldset className="shell-legend-part shell-legend-status">
      <legend className="shell-legend-title">{t('shell.legend.parcels')}</legend>
      {STATUS_ORDER.map((status) => (
        <ToggleButton
          key={status}
          data-quiet=""
          isSelected={query.status.includes(status)}
          isDisabled={run.counts.byStatus[status] === 0 && !query.status.includes(status)}
          onChange={() => set({ query: toggleStatus(query, status) })}
        >
          <StatusIcon status={status} />
          <span>{t(`parcel.status.${status}`)}</span>
          <span className="shell-count">{formatNumber(language, run.counts.byStatus[status])}</span>
        </ToggleButton>
      ))}
      {only !== '' && <p className="shell-note">{t('change.filter.map', { what: only })}</p>}
      {(query.status.length > 0 || only !== '') && (
        <Button data-quiet="" onPress={() => set({ query: { ...query, status: [], change: [], confidence: [] } })}>
          {t('shell.legend.all')}
        </Button>
      )}
    </fieldset>
  );
}

function MaskLegend() {
  const t = useTranslate();
  return (
    <div className="shell-legend-part">
      <div className="shell-legend-title">{t('shell.legend.mask')}</div>
      <ul className="shell-legend-mask">
        {REASON_ORDER.map((reason) => (
          <li key={reason}>
            <span className="shell-swatch shell-hatch" style={{ color: `rgb(${REASON_COLOURS[reason].join(' ')})` }} />
            {t(`shell.mask.${reason}`)}
          </li>
        ))}
      </ul>
    </div>
  );
}
