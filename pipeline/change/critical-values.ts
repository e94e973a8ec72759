import { usageError } from '../../shared/errors.ts';

/** Critical values of the OLS-MOSUM monitoring process, period 10, functional max: levels 0.001, 0.002 … 0.050. */
const QUARTER = [
  1.74550948894458, 1.68594331412298, 1.64940524297012, 1.61839672202083, 1.59797111384019, 1.57673206447201,
  1.56036062897291, 1.54556159000357, 1.53436454805016, 1.52164497279622, 1.5120839046915, 1.50384229730937,
  1.49517101820054, 1.48759284416558, 1.48057636069157, 1.4725305386567, 1.46557816998587, 1.45902908335449,
  1.45331084387002, 1.44823608804569, 1.44307576181773, 1.43840514935644, 1.43363936425424, 1.42895669363032,
  1.4238186195231, 1.41977723105019, 1.41569840195645, 1.41181372331003, 1.40748954375846, 1.40318773259415,
  1.39911228012838, 1.39532955755002, 1.39145597087778, 1.38847324240149, 1.38537793038039, 1.38175120511989,
  1.37831535555367, 1.37485167515552, 1.37237427017584, 1.36886320957607, 1.36577231193638, 1.36256898537193,
  1.35948739899674, 1.3566836167395, 1.35417886044462, 1.35178587051693, 1.34915116589537, 1.34660319011975,
  1.34439131451376, 1.34182451007628,
] as const;

const HALF = [
  2.57025529149703, 2.46579678405964, 2.41186736779604, 2.35917428857408, 2.32552183073452, 2.29570318746438,
  2.26978232260259, 2.24728555022134, 2.22538374189696, 2.20907282819197, 2.19161080737738, 2.17377124717081,
  2.15761471934841, 2.14425304938479, 2.13419420963212, 2.12170170901203, 2.11178013692067, 2.10195202161131,
  2.09256864345591, 2.08287027642156, 2.07473789571604, 2.06616171881744, 2.05937675809378, 2.05338145412747,
  2.04438785665452, 2.03644766225911, 2.02936696517065, 2.02095905934155, 2.01348511642423, 2.00698531362174,
  1.99907859690203, 1.99344303519556, 1.98735507741592, 1.9816070498163, 1.97593043984907, 1.97097369401268,
  1.9650693159028, 1.95942574616048, 1.95410938212938, 1.94920727427515, 1.94372394322678, 1.93819181548142,
  1.93318354531244, 1.92813013037837, 1.92363924258536, 1.91852119221045, 1.91430116495002, 1.91003224799722,
  1.90575941243566, 1.90200317899371,
] as const;

const WHOLE = [
  3.94102916093653, 3.73697935597481, 3.62095881900556, 3.5293634919398, 3.47422654487876, 3.42513870373182,
  3.38431258247793, 3.34121663787019, 3.31144207023956, 3.27693245691716, 3.24079319998886, 3.21712193181301,
  3.19331642253382, 3.16409611837069, 3.14546814874483, 3.12169013198376, 3.10344121252328, 3.085387125668,
  3.06559847575043, 3.04928862144923, 3.03394218534334, 3.02246324396029, 3.00867661799182, 2.99480828166113,
  2.98001396428591, 2.96689759268915, 2.95594174585483, 2.94366180788666, 2.93310201832971, 2.92234001556265,
  2.91248740560158, 2.90133608008974, 2.89140196762897, 2.88094199122226, 2.87265383703287, 2.86243265700872,
  2.85360428459958, 2.84343425522273, 2.8345078182179, 2.82427033701458, 2.81585876288918, 2.80812472032002,
  2.79791269784148, 2.79040905895933, 2.78377150533344, 2.77449341898917, 2.76795746388208, 2.76033090809588,
  2.75332577427708, 2.74592761324742,
] as const;

const BY_WINDOW = { 0.25: QUARTER, 0.5: HALF, 1: WHOLE } as const;

/** Share of the history in the moving window of the monitoring process. */
export type WindowShare = keyof typeof BY_WINDOW;

const MIN_LEVEL = 0.001;
const MAX_LEVEL = 0.05;
/** 1 − 0.95 is not 0.05: a level of the table must give the value of the table. */
const ROUNDING = 1e-12;

/**
 * c of the monitoring boundary c·sqrt(2·log₊(k/n)): table of strucchange (Zeileis et al. 2005) for period 10, linear
 * between the levels. Throws a usage error for a level outside 0.001 … 0.05 or a window that has no table.
 */
export function monitoringCriticalValue(h: WindowShare, level: number): number {
  const table = BY_WINDOW[h];
  if (table === undefined) throw usageError(`The window h must be 0.25, 0.5 or 1; got ${h}.`);
  if (!(level > MIN_LEVEL - ROUNDING && level < MAX_LEVEL + ROUNDING))
    throw usageError(
      `The level must lie from ${MIN_LEVEL} to ${MAX_LEVEL}: there are no critical values beyond; got ${level}.`,
    );
  const at = level * 1000 - 1;
  const nearest = Math.round(at);
  if (Math.abs(at - nearest) < 1000 * ROUNDING) return table[nearest]!;
  const below = Math.floor(at);
  return table[below]! + (at - below) * (table[below + 1]! - table[below]!);
}

/**
 * λ of the boundary λ(1 + 2t) of the recursive CUSUM process (Brown, Durbin and Evans 1975) at a level: where the
 * p-value of the process equals the level, by bisection.
 */
export function cusumCriticalValue(level: number): number {
  let low = 0.3;
  let high = 4;
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (cusumPValue(middle) > level) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(sup |W(t)| / (1 + 2t) > s) for s ≥ 0.3, falling in s. */
function cusumPValue(s: number): number {
  const upper = (x: number) => upperTail(x);
  return 2 * (upper(3 * s) + Math.exp(-4 * s * s) * (1 - upper(s) - upper(5 * s)) - Math.exp(-16 * s * s) * upper(s));
}

/** 1 − Φ(x) for x ≥ 0, to 1e-15: the series of Φ below 3, the continued fraction of Mills' ratio above. */
function upperTail(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x < 3) {
    let term = x;
    let sum = x;
    for (let k = 3; term > 1e-17 * sum; k += 2) {
      term *= (x * x) / k;
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = 0;
  for (let k = 60; k > 0; k -= 1) fraction = k / (x + fraction);
  return density / (x + fraction);
}
