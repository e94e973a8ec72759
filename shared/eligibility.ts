/** A traffic light: may this ground be offered for this intervention? */
export type Light = 'pass' | 'fail' | 'more-information';

export const ELIGIBILITY_RULES = [
  'no-clearing',
  'tree-cover-now',
  'water',
  'slope',
  'built-up',
  'cropland',
  'protected-area',
  'savanna',
] as const;
export type EligibilityRuleName = (typeof ELIGIBILITY_RULES)[number];

/** One rule with what it rests on. */
export interface EligibilityRule {
  readonly rule: EligibilityRuleName;
  readonly light: Light;
  /** One plain sentence; `values` is what a viewer translates it with. */
  readonly message: string;
  readonly values: Readonly<Record<string, string | number>>;
  /** The layers looked at, each with the UTC day or year it speaks of; empty where none was given. */
  readonly evidence: readonly {
    readonly layer: string;
    readonly date: string | null;
    /** Ground of the parcel that the layer puts under this rule, true hectares; null where the layer does not say. */
    readonly ha: number | null;
    /** Ground of the parcel that the layer knows nothing of. */
    readonly unknownHa: number;
    readonly attribution: string;
  }[];
}

export interface Eligibility {
  /** `fail` where a rule fails, else `more-information` where one needs it, else `pass`. */
  readonly light: Light;
  readonly parcelHa: number;
  readonly rules: readonly EligibilityRule[];
}
