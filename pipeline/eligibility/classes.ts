/** What a land-cover class means here. `open`: neither of the others, such as fallow or bare ground. */
export const COVER_GROUPS = ['water', 'built-up', 'cropland', 'savanna', 'tree', 'rock', 'open'] as const;
export type CoverGroup = (typeof COVER_GROUPS)[number];

/** Whole words (patterns of them), in lower case and without accents. */
function words(...patterns: readonly string[]): RegExp {
  return new RegExp(`\\b(?:${patterns.join('|')})\\b`);
}

/** Ground that has lost what its name speaks of, or that is named by what it is not. */
const TELLS_NOTHING = words(
  ...['no', 'non', 'not', 'nicht', 'keine?', 'hors', 'loss', 'lost', 'cleared', 'clearings?', 'clear ?cuts?', 'felled'],
  ...['burnt', 'burned', 'deforest[a-z]*', 'debois[a-z]*', 'defrich[a-z]*', 'gerodet[a-z]*', 'entwaldet[a-z]*'],
  ...['brule[a-z]*', 'verbrannt[a-z]*'],
);

/** Denials of something that does not matter here. */
const HARMLESS = /\bnon (irrigated|consolidated|irrigu[a-z]*)\b|\bnicht bewasser[a-z]*\b|\b(not|non) matching\b.*/g;

const CROP_WORDS = [
  ...['crops?', 'croplands?', 'cultivat[a-z]*', 'farms?', 'farmlands?', 'farming', 'agricultur[a-z]*', 'arable'],
  ...['rice', 'paddy', 'paddies', 'fields?', 'vineyards?', 'irrigated'],
  ...['cultures?', 'cultivee?s?', 'champs?', 'agricoles?', 'rizieres?', 'vignes?', 'vignobles?', 'labours?'],
  ...['acker', 'ackerland', 'ackerflachen?', 'felder', 'feld', 'landwirtschaft[a-z]*', 'reisfeld(er)?', 'weinberge?'],
  ...['rebland', 'rebflachen?'],
];
const CROPS = words(...CROP_WORDS);
const FALLOW_WORDS = ['fallows?', 'jacheres?', 'friches?', 'brachen?', 'brachland', 'brachflachen?'];

const TREES = words(
  ...['trees?', 'forests?', 'forested', 'forestry', 'woods?', 'wooded', 'woody', 'woodlands?', 'plantations?'],
  ...['orchards?', 'palms?', 'groves?', 'agroforest[a-z]*', 'mangroves?'],
  ...['forets?', 'forestiere?s?', 'bois', 'boisee?s?', 'boisements?', 'reboisements?', 'arbres?', 'arboree?s?'],
  ...['vergers?', 'palmeraies?', 'palmiers?'],
  ...[
    '[a-z]*wald',
    '[a-z]*walder',
    'bewaldet[a-z]*',
    'geholze?',
    'baume?',
    'baumbestande?',
    'baumdeckung',
    '[a-z]*obst[a-z]*',
  ],
  ...['plantagen?', 'mangroven'],
);

const BUILT = words(
  ...['built', 'buildings?', '(sub|peri)?urban', 'settlements?', 'impervious', 'villages?', 'roads?', 'railways?'],
  ...['towns?', 'city', 'cities', 'developed', 'airports?', 'ports?', 'harbou?rs?', 'mineral extraction', 'quarry'],
  ...[
    'quarries',
    'mines?',
    'mining',
    'dumps?',
    'dump sites?',
    'construction',
    'sports?',
    'houses?',
    '(wind|solar) farms?',
  ],
  ...['artificial(?! (forest|water|lake|pond|reservoir|plantation))', 'industrial(?! (crop|plantation|forest|wood))'],
  ...[
    'batie?s?',
    'batiments?',
    'habitations?',
    'habitats? humains?',
    'agglomerations?',
    'urbaine?s?',
    'villes?',
    'routes?',
  ],
  ...['localites?', 'artificialisee?s?', 'industrielle?s?', 'carrieres?'],
  ...[
    'bebaut[a-z]*',
    'bebauung',
    'siedlung[a-z]*',
    'stadte?',
    'stadtisch[a-z]*',
    'dorf',
    'dorfer',
    'strassen?',
    'ortslagen?',
  ],
  ...['gebaude', 'verkehrsflachen?', 'versiegelt[a-z]*', 'industrie[a-z]*'],
);

/** Natural ground of grass that may bear trees: "wooded grassland" is no forest. */
const GRASS = words(
  ...['savannas?', 'savannahs?', 'grass', 'grasses', 'grasslands?', 'steppes?', 'rangelands?', 'transitional woodland'],
  ...['savanes?', 'prairies?', 'pelouses?'],
  ...['[a-z]*savannen?', 'grasland', 'grunland', 'steppen', 'wiesen?'],
);

const LOW_OR_WET = words(
  ...[
    'wetlands?',
    'marsh(es|lands?)?',
    'swamps?',
    'bogs?',
    'peat ?bogs?',
    'peatlands?',
    'flooded',
    'herbaceous',
    'herbs?',
  ],
  ...[
    'shrubs?',
    'shrublands?',
    'scrubs?',
    'scrublands?',
    'bush',
    'bushes',
    'bushlands?',
    'thickets?',
    'moss',
    'mosses',
  ],
  ...['lichens?', 'heaths?', 'heathlands?', 'moors?', 'moorlands?', 'meadows?', 'tundra', 'sclerophyllous'],
  ...[
    'zones? humides?',
    'marais',
    'marecage[a-z]*',
    'tourbieres?',
    'inondee?s?',
    'inondables?',
    'herbacee?s?',
    'herbeuse?s?',
  ],
  ...['arbust[a-z]*', 'fourres?', 'broussailles?', 'landes?', 'maquis', 'garrigues?', 'mousses?'],
  ...[
    'feuchtgebiete?',
    'feuchtflachen?',
    'sumpfe?',
    'moore',
    'torfmoore?',
    'strauch[a-z]*',
    'straucher',
    'gebusche?',
    'buschland',
  ],
  ...['heide', 'heiden', 'moose?', 'flechten', 'krautig[a-z]*'],
);

const WATER = words(
  ...[
    'waters?',
    'rivers?',
    'lakes?',
    'ponds?',
    'reservoirs?',
    'oceans?',
    'seas?',
    'lagoons?',
    'estuar(y|ies)',
    'fish farms?',
  ],
  ...['intertidal', 'salines', 'salt pans?'],
  ...['eaux?', 'fleuves?', 'rivieres?', 'lacs?', 'etangs?', 'mers?', 'mares?', 'marigots?', 'lagunes?', 'estuaires?'],
  ...[
    '[a-z]*wasser',
    '[a-z]*gewasser',
    'wasserflachen?',
    'wasserlaufe?',
    'flusse?',
    'seen',
    'stausee',
    'teiche?',
    'meere?',
  ],
  ...['ozeane?'],
);

const ROCK = words(
  ...['rocks?', 'rocky', 'outcrops?', 'scree', 'boulders?', 'lava'],
  ...['roches?', 'rochers?', 'rocheu(x|ses?)', 'affleurements?', 'eboulis'],
  ...['fels[a-z]*', 'gestein[a-z]*', 'geroll[a-z]*'],
);

const BARE = words(
  ...['bare', 'barelands?', 'barren', 'sparse', 'sparsely', 'snow', 'ice', 'glaciers?', 'sands?', 'sandy', 'dunes?'],
  ...['beach', 'beaches', 'soils?'],
  ...['nue?s?', 'denudee?s?', 'clairsemee?s?', 'neiges?', 'glaces?', 'sables?', 'plages?'],
  ...['kahl[a-z]*', 'vegetationslos[a-z]*', 'offenboden', 'boden', 'schnee', 'eis', 'gletscher', 'strande?', 'dunen'],
);

const CROP = `(${CROP_WORDS.join('|')})`;
const FALLOW = `(${FALLOW_WORDS.join('|')})`;
const LEFT = words(
  `(abandoned|former|aufgegeben[a-z]*|ehemalig[a-z]*|anciens?|anciennes?) ([a-z]+ )?${CROP}`,
  `${CROP} abandonnee?s?`,
);

/**
 * The first that fits. ESA WorldCover, ESA CCI, Copernicus (CGLS), CORINE, Dynamic World, ESRI, IGBP and GlobeLand names
 * are covered, and common French and German ones. Shrubland, wetland and moss stand with savanna: natural ground that was
 * never forest, which nobody should afforest without a second look; so does what bears few trees, shrubs or herbs. What
 * is half cropland is cropland. Land left by the plough is not in use; an orchard is trees. null: not known.
 */
const ORDER: readonly (readonly [RegExp, CoverGroup | null])[] = [
  // "(Cropland, rainfed) tree or shrub cover" has lost its first half in some legends.
  [/^tree or shrub cover$/, null],
  [words('fish farms?', 'artificial (waters?|lakes?|ponds?|reservoirs?)'), 'water'],
  [LEFT, 'open'],
  [words('(abandoned|former|abandonnee?s?|aufgegeben[a-z]*|ehemalig[a-z]*)'), null],
  [BUILT, 'built-up'],
  [words('pastures?', 'paturages?', 'weiden?', 'weideland'), 'open'],
  [words(`${CROP} (and|or|et|ou|und|oder) ${FALLOW}`), 'cropland'],
  [words(...FALLOW_WORDS), 'open'],
  [words('mangroves?', 'mangroven', 'agro ?forest[a-z]*'), 'tree'],
  [words('(boulder|lava|block) fields?'), 'rock'],
  [words('(ice|snow) ?fields?'), 'open'],
  [CROPS, 'cropland'],
  [GRASS, 'savanna'],
  [/\bsparse\b.*\b(trees?|shrubs?|herbaceous)\b/, 'savanna'],
  [/^mosaic herbaceous\b/, 'savanna'],
  [TREES, 'tree'],
  [LOW_OR_WET, 'savanna'],
  [/^see$/, 'water'],
  [WATER, 'water'],
  [ROCK, 'rock'],
  [BARE, 'open'],
];

/** Lower case, no accents, only letters, digits and single blanks: "Broad-leaved forest" → "broad leaved forest". */
function plainWords(name: string): string {
  return name
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .replaceAll('œ', 'oe')
    .replaceAll(/\b(de|un)-(?=[a-z])/g, '$1')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/**
 * The group of a class by the words of its name, in any case; null where no word of it is known, or where it says what
 * the ground is not ("non-forest") or is no longer ("deforested").
 */
export function groupOfClass(name: string): CoverGroup | null {
  // "Savanna without trees" is savanna.
  const told = plainWords(name).replace(/\b(without|with no|sans|ohne)\b.*$/, '');
  const plain = told.replaceAll(HARMLESS, ' ').replaceAll(/ +/g, ' ').trim();
  if (TELLS_NOTHING.test(plain)) return null;
  const isHouses = BUILT.test(plain);
  // "Urban trees" and "village forest" may be meant as either.
  if (isHouses && TREES.test(plain)) return null;
  return ORDER.find(([pattern]) => pattern.test(plain))?.[1] ?? null;
}

/** The only names that say without doubt that ground is not protected. */
const UNPROTECTED: readonly RegExp[] = [
  /^background$/,
  /^(unprotected|(not|non) protected)( (land|ground|areas?|zones?))?$/,
  /^(outside|not in|not inside|not within)( of)?( an?| any| the)? protected (areas?|zones?|land)$/,
  /^no (protection|protected areas?)$/,
  /^hors( d une| des| de| d| de toute)? (aires?|zones?) protegees?$/,
  /^((aires?|zones?|terrains?|terres?) )?(non|pas) protegee?s?$/,
  /^(nicht geschu(e?)tzt(e|es|er)?|ungeschu(e?)tzt(e|es|er)?)( (gebiete?|flachen?|land))?$/,
  /^ausserhalb( von| eines| der| des)? schutzgebiet(e|es|s|en)?$/,
  /^kein schutz(gebiet)?$/,
];

/**
 * Whether a class of a raster of protected areas stands for ground that is not protected: 0 without a name does, and a
 * name that says so without doubt. All others count as protected: "Not Reported" and "Not Assigned" are categories of
 * protected areas in the WDPA, and a "no-take reserve" is one.
 */
export function isUnprotected(value: number, name: string | null): boolean {
  if (name === null) return value === 0;
  const plain = plainWords(name);
  return UNPROTECTED.some((pattern) => pattern.test(plain)) || (value === 0 && plain === 'none');
}
