/** What a land-cover class means here. `open`: neither of the others, such as fallow or bare ground. */
export const COVER_GROUPS = ['water', 'built-up', 'cropland', 'savanna', 'tree', 'rock', 'open'] as const;
export type CoverGroup = (typeof COVER_GROUPS)[number];

/**
 * By the words in a class's name, the first that fits. ESA WorldCover, Dynamic World, ESRI, CORINE and GlobeLand names are
 * covered. Shrubland, wetland and moss stand with savanna: natural ground that was never forest, which nobody should
 * afforest without a second look. A fallow is not in use; an orchard is trees.
 */
const WORDS: readonly (readonly [RegExp, CoverGroup])[] = [
  [/built|urban|settlement|artificial|impervious|industrial|village|road/, 'built-up'],
  [/mangrove/, 'tree'],
  [
    /wetland|marsh|bog|flooded|herbaceous|savanna|grass|shrub|scrub|steppe|moss|lichen|rangeland|heath|meadow/,
    'savanna',
  ],
  [/water|river|lake|reservoir|ocean|\bsea\b/, 'water'],
  [/fallow/, 'open'],
  [/orchard|plantation|palm|agroforest/, 'tree'],
  [/crop|cultivat|farm|agricult|arable|rice|field|vineyard/, 'cropland'],
  [/tree|forest|wood/, 'tree'],
  [/rock|outcrop|scree/, 'rock'],
  [/bare|barren|sparse|snow|\bice\b|sand|soil|pasture/, 'open'],
];

/** The group of a class by its name, any case, words joined by blanks or hyphens; null where no word of it is known. */
export function groupOfClass(name: string): CoverGroup | null {
  const words = name.toLowerCase().replaceAll(/[-_]/g, ' ');
  return WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? null;
}

/** Whether a class of a raster of protected areas stands for ground that is not protected; 0 without a name does. */
export function isUnprotected(value: number, name: string | null): boolean {
  if (name === null) return value === 0;
  return /^(not|un|non|outside|no|none|background|other)\b|^unprotected/.test(
    name.toLowerCase().replaceAll(/[-_]/g, ' '),
  );
}
