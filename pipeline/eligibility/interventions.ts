import type { Intervention } from '../../shared/parcel-check.ts';
import type { EligibilitySettings } from './settings.ts';

/** What a rule does with one intervention: `limit` fails above a share of the parcel, `note` asks a reviewer above it. */
export type Stance =
  | { readonly kind: 'limit'; readonly pct: number }
  | { readonly kind: 'note'; readonly pct: number }
  | { readonly kind: 'allowed' };

export type StanceRule = 'tree-cover-now' | 'slope' | 'cropland' | 'protected-area' | 'savanna';

const ALLOWED: Stance = { kind: 'allowed' };

/**
 * How each rule meets each intervention.
 *
 * - tree-cover-now: ground that is wooded is not afforested. Planting and sowing want it nearly open; regeneration and
 *   agroforestry begin among trees, but not in woods; conservation is of trees that stand.
 * - slope: works on steep ground loosen the soil; what grows by itself, or is kept, does not.
 * - cropland: trees in place of crops move the fields elsewhere (leakage), and are left out of what is called
 *   reforestable (Griscom et al. 2017, PNAS 114:11645). Agroforestry keeps the crops.
 * - protected-area: planting, sowing and crops are for its authority to forbid; regeneration may be what it wants and
 *   needs its word; conservation is its purpose.
 * - savanna: natural grassland and savanna must not be made forest (Veldman et al. 2015, BioScience 65:1011). What is
 *   planted, sown or farmed there waits for a reviewer. Regeneration brings back only what is rooted there.
 */
export function stanceOf(rule: StanceRule, intervention: Intervention, settings: EligibilitySettings): Stance {
  const { tolerancePct, woodedSharePlantedPct, woodedShareOtherPct, protectedPct } = settings;
  const isPlanted = intervention === 'planting' || intervention === 'direct-seeding';
  const isWorked = isPlanted || intervention === 'agroforestry';
  const isKept = intervention === 'conservation';
  switch (rule) {
    case 'tree-cover-now':
      if (isKept) return ALLOWED;
      return { kind: 'limit', pct: isPlanted ? woodedSharePlantedPct : woodedShareOtherPct };
    case 'slope':
      return isWorked ? { kind: 'limit', pct: tolerancePct } : ALLOWED;
    case 'cropland':
      return intervention === 'agroforestry' ? ALLOWED : { kind: 'limit', pct: tolerancePct };
    case 'protected-area':
      if (isKept) return ALLOWED;
      return { kind: isWorked ? 'limit' : 'note', pct: protectedPct };
    case 'savanna':
      return isWorked ? { kind: 'note', pct: tolerancePct } : ALLOWED;
  }
}
