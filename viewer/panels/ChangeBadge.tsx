import './badge.css';
import type { ChangeChoice } from '../../shared/api.ts';
import type { ChangeConfidence } from '../../shared/change.ts';
import { type Rgb, STATUS_COLOURS, YEAR_CLASS_COLOURS } from '../../shared/ramps.ts';
import { useTranslate } from '../i18n/translate.ts';

/** Fill and sign of a finding on a field of 16 × 16: the hues of the year's classes, the signs told apart without colour. */
const LOOKS: Readonly<Record<ChangeChoice, { readonly rgb: Rgb; readonly sign: string; readonly isLight?: true }>> = {
  loss: { rgb: YEAR_CLASS_COLOURS.loss, sign: 'M8 3v9M4.5 8.5 8 12l3.5-3.5' },
  loss_and_regrowth: {
    rgb: YEAR_CLASS_COLOURS.regrown,
    sign: 'M3.5 4v4.5L7 12M12.5 12V5.5M10 8l2.5-2.5L15 8',
    isLight: true,
  },
  gain: { rgb: YEAR_CLASS_COLOURS.gain, sign: 'M8 13V4M4.5 7.5 8 4l3.5 3.5' },
  burnt_and_recovered: {
    rgb: YEAR_CLASS_COLOURS.burnt,
    sign: 'M8 3c.5 3 3.5 4 3.5 7a3.5 3.5 0 0 1-7 0c0-2 1.5-3 2-4.5',
  },
  no_change: { rgb: STATUS_COLOURS.stable, sign: 'M4 6h8M4 10h8' },
  not_judged: { rgb: STATUS_COLOURS.no_data, sign: 'M4 12 12 4', isLight: true },
};

export function ChangeIcon({ finding }: { readonly finding: ChangeChoice }) {
  const { rgb, sign, isLight } = LOOKS[finding];
  return (
    <svg className="panel-status-icon" viewBox="0 0 16 16" aria-hidden="true">
      <rect x="0.5" y="0.5" width="15" height="15" rx="3.5" style={{ fill: `rgb(${rgb.join(' ')})` }} />
      <path d={sign} className={isLight ? 'panel-sign-dark' : 'panel-sign-light'} />
    </svg>
  );
}

/** A finding as icon and word. */
export function ChangeBadge({ finding }: { readonly finding: ChangeChoice }) {
  const t = useTranslate();
  return (
    <span className="panel-status">
      <ChangeIcon finding={finding} />
      <span>{t(`change.finding.${finding}`)}</span>
    </span>
  );
}

const BARS: readonly ChangeConfidence[] = ['low', 'medium', 'high'];

/** How sure a change is: one to three bars of three. The word stands beside it. */
export function ConfidenceSign({ confidence }: { readonly confidence: ChangeConfidence }) {
  const filled = BARS.indexOf(confidence);
  return (
    <svg className="panel-confidence" viewBox="0 0 14 12" aria-hidden="true">
      {BARS.map((bar, index) => (
        <rect
          key={bar}
          x={index * 5 + 0.5}
          y={8 - index * 3.5}
          width="3"
          height={3.5 + index * 3.5}
          data-filled={index <= filled || undefined}
        />
      ))}
    </svg>
  );
}
