import type { Intervention } from '../../../shared/parcel-check.ts';

/**
 * Headings by what they mean, the surest first, as `plainName` writes them: those of TerraMatch (whole and cut to 10
 * letters as shapefiles do), of land offices and programmes in English, French and German.
 */
export const HEADINGS = {
  name: ranked(
    'polyname polynam parcelname plotname sitename nomparcelle nomparcell nomsite nom name parzellenname flurname bezeichnung bezeichnun libelle titre title label',
  ),
  intervention: ranked(
    'intervention interventi interventiontype typeintervention typeinterv practice practices pratique pratiques activite activity massnahme massnahmen massnahmenart traitement targetsys targets target',
  ),
  startDate: ranked(
    'plantstart plantsta plantstartdate startdate start plantingdate dateplanting datestart datedebut debut dateplantation dateplanta dateplant plantdate pflanzdatum pflanzbeginn startdatum beginn an1plantat anneeplantation anneeplant plantingyear yearplanted pflanzjahr date datum',
  ),
  tenure: ranked(
    'tenure landtenure tenuretype tenurerecord regimefoncier statutfoncier titrefoncier actefoncier foncier tenurefonciere landtitle titledeed propriete besitz besitzform eigentum grundbuch grundbuchblatt',
  ),
  consent: ranked('consent consentrecord fpic clip cliip consentement accord einwilligung zustimmung'),
};

/** Headings of a stated area whose unit is known although they do not name it. */
export const AREA_IN_HA = new Set(
  words(
    'calcarea surfacepre areaha hectares hectare ha superficieha surfaceha flaecheha flacheha grosseha groesseha tamanoha statedha',
  ),
);
/** What a heading of a stated area begins with. */
export const AREA =
  /^(?:stated|total|parcel|plot)?(?:area|surface|superficie|flache|flaeche|grosse|groesse|contenance)/;

const WORDS: readonly (readonly [Intervention, RegExp])[] = [
  ['direct-seeding', /^(?:directseeding|seeding|sowing|semisdirect|semis|direktsaat|saat|aussaat)$/],
  [
    'assisted-natural-regeneration',
    /^(?:assistednaturalregeneration|anr|fmnr|farmermanagednaturalregeneration|regenerationnaturelleassistee|rna|regenerationassistee|assistiertenaturverjungung|assistiertenaturlicheregeneration|unterstutztenaturverjungung|gelenktenaturverjungung)$/,
  ],
  [
    'natural-regeneration',
    /^(?:naturalregeneration|passiveregeneration|regenerationnaturelle|regenerationpassive|miseendefens|naturverjungung|naturlicheregeneration)$/,
  ],
  [
    'agroforestry',
    /^(?:agroforestry|agroforest|silvopasture|silvopastoral|agroforesterie|agrosylviculture|agroforst|agroforstwirtschaft|agroforstsystem)$/,
  ],
  ['conservation', /^(?:conservation|protection|preservation|schutz|erhalt|erhaltung|bewahrung)$/],
  [
    'planting',
    /^(?:planting|treeplanting|plantingtrees|afforestation|reforestation|plantation|plantationdarbres|reboisement|boisement|enrichissement|enrichmentplanting|pflanzung|baumpflanzung|anpflanzung|aufforstung|bepflanzung)$/,
  ],
];

/** The kind of work that a plain word means; null where it means none. */
export function interventionOf(plainWord: string): Intervention | null {
  return WORDS.find(([, pattern]) => pattern.test(plainWord))?.[0] ?? null;
}

/** Months in English, French and German, whole and cut short, plain. */
const MONTH_NAMES: readonly RegExp[] = [
  /^(?:jan|janv|janvier|january|januar|janner|jaenner)$/,
  /^(?:feb|fev|fevr|fevrier|february|februar|feber)$/,
  /^(?:mar|mars|march|marz|maerz|mrz)$/,
  /^(?:apr|avr|avril|april)$/,
  /^(?:may|mai)$/,
  /^(?:jun|juin|june|juni)$/,
  /^(?:jul|juil|juillet|july|juli)$/,
  /^(?:aug|aout|august)$/,
  /^(?:sep|sept|septembre|september)$/,
  /^(?:oct|okt|octobre|october|oktober)$/,
  /^(?:nov|novembre|november)$/,
  /^(?:dec|dez|decembre|december|dezember)$/,
];

/** Number of a month, 1 to 12, from its plain name; null where it is none. */
export function monthOf(plainWord: string): number | null {
  const index = MONTH_NAMES.findIndex((pattern) => pattern.test(plainWord));
  return index === -1 ? null : index + 1;
}

function words(text: string): readonly string[] {
  return text.split(' ');
}

/** Words with their places in the list. */
function ranked(text: string): ReadonlyMap<string, number> {
  return new Map(words(text).map((name, rank) => [name, rank]));
}
