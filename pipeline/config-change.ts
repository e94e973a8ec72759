import { usageError } from '../shared/errors.ts';
import { DEFAULT_CHANGE_SETTINGS } from './change/judge-series.ts';
import type { ChangeParams } from './change-plan.ts';
import type { Project } from './project.ts';

/** Flags of change over time, the same for every command that judges series of scenes. */
export const CHANGE_OPTIONS = {
  order: { type: 'string' },
  trend: { type: 'boolean' },
  'no-trend': { type: 'boolean' },
  history: { type: 'string' },
  h: { type: 'string' },
  level: { type: 'string' },
  'min-magnitude': { type: 'string' },
  consecutive: { type: 'string' },
  'no-burn-removal': { type: 'boolean' },
  'no-outlier-rule': { type: 'boolean' },
  controls: { type: 'string' },
  seed: { type: 'string' },
  'no-change': { type: 'boolean' },
} as const;

export type ChangeFlags = { readonly [Name in keyof typeof CHANGE_OPTIONS]?: string | boolean | undefined };

const CHANGE_DEFAULTS: ChangeParams = { ...DEFAULT_CHANGE_SETTINGS, controlCount: 5, seed: 1 };

/** How change over time is judged: flags before project before defaults. Null where it is not wanted. */
export function readChangeParams(flags: ChangeFlags, project?: Project['change']): ChangeParams | null {
  if (flags['no-change'] === true) return null;
  const base = { ...CHANGE_DEFAULTS, ...project, breaks: { ...CHANGE_DEFAULTS.breaks, ...project?.breaks } };
  if (flags.trend === true && flags['no-trend'] === true)
    throw usageError('--trend and --no-trend exclude each other.');
  const text = (name: keyof ChangeFlags) => flags[name] as string | undefined;
  return {
    breaks: {
      order: choose('--order', text('order'), [1, 2, 3] as const) ?? base.breaks.order,
      trend: flags['no-trend'] !== true && (flags.trend === true || base.breaks.trend),
      history: choose('--history', text('history')?.toLowerCase(), ['all', 'roc'] as const) ?? base.breaks.history,
      h: choose('--h', text('h'), [0.25, 0.5, 1] as const) ?? base.breaks.h,
      level: between('--level', text('level'), 0.001, 0.05) ?? base.breaks.level,
    },
    minMagnitude: between('--min-magnitude', text('min-magnitude'), 0, 1) ?? base.minMagnitude,
    minConsecutive: whole('--consecutive', text('consecutive'), 1, 20) ?? base.minConsecutive,
    removeBurns: flags['no-burn-removal'] !== true && base.removeBurns,
    removeOutliers: flags['no-outlier-rule'] !== true && base.removeOutliers,
    controlCount: whole('--controls', text('controls'), 0, 50) ?? base.controlCount,
    seed: whole('--seed', text('seed'), 0, 2 ** 31 - 1) ?? base.seed,
  };
}

function choose<T extends string | number>(
  flag: string,
  text: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (text === undefined) return undefined;
  const found = allowed.find((value) => (typeof value === 'number' ? Number(text) === value : text === value));
  if (found === undefined || text.trim() === '')
    throw usageError(`${flag} wants one of ${allowed.join(', ')}; got "${text}".`);
  return found;
}

function between(flag: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value >= min && value <= max))
    throw usageError(`${flag} wants a number from ${min} to ${max}; got "${text}".`);
  return value;
}

function whole(flag: string, text: string | undefined, min: number, max: number): number | undefined {
  const value = between(flag, text, min, max);
  if (value !== undefined && !Number.isInteger(value)) throw usageError(`${flag} wants a whole number; got "${text}".`);
  return value;
}
