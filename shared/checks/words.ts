import { hectares, metres, percent } from './numbers.ts';
import type { CheckRule, MendKind, RuleValues } from './rules.ts';

type Value = string | number;

/** Each rule in English; the viewer has its own tables for other languages, filled with the same values. */
const SENTENCES: { readonly [R in CheckRule]: (values: RuleValues<R>) => string } = {
  'no-geometry': () => 'There is no outline; draw the parcel, or leave this row out of the file.',
  'geometry-kind': ({ kind }) =>
    `The outline is ${kind}, but a Polygon or MultiPolygon was wanted; only an area can be a parcel.`,
  empty: ({ pointer }) => `The outline has nothing at ${pointer}; draw the parcel again, or remove the empty part.`,
  'too-many-vertices': ({ vertices, limit }) =>
    `Parcel has ${whole(vertices)} vertices; limit ${whole(limit)}. Simplify it and try again.`,
  position: ({ pointer, got, count }) =>
    `${pointer} is ${got}, but two numbers, longitude and latitude, were wanted${others(count, 'position')}; correct the file.`,
  projected: ({ pointer, x, y }) =>
    `${pointer} is ${x}, ${y}, which are not degrees; the coordinates look projected: name their CRS, or save the file in WGS 84 (EPSG:4326).`,
  'out-of-range': ({ pointer, lon, lat }) =>
    `${pointer} is ${lon}, ${lat}, but a longitude of -180 to 180 and a latitude of -90 to 90 were wanted; correct the file.`,
  'swapped-axes': ({ lon, lat, region }) =>
    region === ''
      ? `The parcel lies at longitude ${lon}, latitude ${lat}, which is not on Earth; swapped it would be. Look at the map: was latitude written first?`
      : `The parcel lies at longitude ${lon}, latitude ${lat}, outside ${region}; swapped it lies inside. Look at the map: was latitude written first?`,
  antimeridian: ({ part }) =>
    `${partName(part)} crosses the 180° meridian; it has to be cut there into parts on either side (RFC 7946, 3.1.9).`,
  pole: ({ part }) => `${partName(part)} runs around a pole, where its area has no inside; divide it.`,
  'short-ring': ({ part, ring, corners }) =>
    `${ringName(part, ring)} has ${corners} different corner${corners === 1 ? '' : 's'}; an area needs at least 3. Draw it again, or remove it.`,
  'zero-area': ({ part, ring }) => `${ringName(part, ring)} folds onto itself and has no area; draw it again.`,
  'unclosed-ring': ({ part, ring, gapM }) =>
    `${ringName(part, ring)} is not closed: ${metres(Number(gapM))} lie between its end and its start. Look whether corners are missing.`,
  'self-crossing': ({ part, ring, count }) =>
    `${ringName(part, ring)} crosses itself${Number(count) > 1 ? ` at ${count} places, the first` : ''} here, so it is not clear what is inside; move its corners, or take the proposal.`,
  'self-touching': ({ part, ring }) =>
    `${ringName(part, ring)} touches itself here, which leaves open what is inside; move its corners, or take the proposal.`,
  'hole-outside': ({ part }) => `A hole of ${partWord(part)} lies outside its outline; move or remove the hole.`,
  'hole-crossing': ({ part }) =>
    `A hole of ${partWord(part)} crosses the outline or another hole, or shares a border with it; redraw it, or take the proposal.`,
  'nested-holes': ({ part }) => `A hole of ${partWord(part)} lies inside another hole; remove one of them.`,
  'nested-parts': () => 'One part of the parcel lies inside another, so that its ground would count twice; remove one.',
  'overlapping-parts': () =>
    'Two parts of the parcel overlap or share a border, so that ground would count twice; draw them as one, or take the proposal.',
  'not-valid': () => 'The outline is not a valid polygon here; draw it again.',
  'too-small': ({ parcelHa, limitHa }) =>
    `The parcel has ${hectares(Number(parcelHa))}; at least ${limitHa} ha are wanted. Look whether it was drawn whole, or join it with its neighbour.`,
  'too-large': ({ parcelHa, limitHa }) =>
    `The parcel has ${hectares(Number(parcelHa))}; at most ${whole(limitHa)} ha are accepted. Divide it.`,
  'outside-region': ({ region, insidePct, limitPct }) =>
    Number(insidePct) === 0
      ? `The parcel lies outside ${region}; choose the right region, or correct the coordinates.`
      : `${percent(Number(insidePct))} of the parcel lie inside ${region}; at least ${limitPct} % are wanted. Look at the border, or take the proposal.`,
  duplicate: ({ other, region, sharedPct }) =>
    `This is the same ground as ${otherName(other, region)} (${percent(Number(sharedPct))} of both); keep one of them.`,
  overlap: ({ other, region, overlapHa, sharedPct }) =>
    `${hectares(Number(overlapHa))} are also claimed by ${otherName(other, region)} (${percent(Number(sharedPct))} of the smaller one) and would be paid twice; find out whose they are.`,
  'start-date': ({ got }) => `The start date is ${got}, but a day such as 2025-06-01 was wanted; correct it.`,
  spike: ({ count, angleDeg, lengthM }) =>
    `${Number(count) > 1 ? `The outline has ${count} spikes; the sharpest` : 'The outline has a spike: it'} is ${metres(Number(lengthM))} long with an angle of ${Number(angleDeg).toFixed(1)}°. Look whether a corner was set by mistake.`,
  'sliver-part': ({ count, widthM, limitM }) =>
    `${amount(count, 'part')} of the parcel ${isAre(count)} thinner than ${limitM} m on average (${metres(Number(widthM))}), as cutting leaves them; remove them, or take the proposal.`,
  'sliver-hole': ({ count, widthM, limitM }) =>
    `${amount(count, 'hole')} of the parcel ${isAre(count)} thinner than ${limitM} m on average (${metres(Number(widthM))}); fill them, or take the proposal.`,
  sliver: ({ widthM, limitM }) =>
    `The parcel is ${metres(Number(widthM))} wide on average, less than ${limitM} m; look whether it is a leftover of a cut.`,
  'narrower-than-pixel': ({ widthM, pixelM }) =>
    `The parcel is at most ${metres(Number(widthM))} wide, so that no pixel of ${pixelM} m lies wholly inside; it is too small to be monitored by itself.`,
  'stated-area': ({ statedHa, parcelHa, statedPct, lowPct, highPct }) =>
    `Stated are ${hectares(Number(statedHa))}, measured ${hectares(Number(parcelHa))}: ${percent(Number(statedPct))}, but ${lowPct} to ${highPct} % were wanted; correct the outline or the statement.`,
  'start-date-unlikely': ({ got, first, last }) =>
    `The start date is ${got}; a day from ${first} to ${last} was expected. Correct it, or confirm it.`,
  'missing-attribute': ({ attribute }) => MISSING[String(attribute)] ?? `${attribute} is missing; fill it in.`,
  'partly-outside-region': ({ region, insidePct }) =>
    `${percent(Number(insidePct))} of the parcel lie inside ${region}; the rest lies outside its border.`,
  overlapped: ({ other, overlapHa, sharedPct }) =>
    `Parcel ${other}, later in the file, claims ${hectares(Number(overlapHa))} of this parcel too (${percent(Number(sharedPct))} of the smaller one).`,
  'duplicate-points': ({ count }) =>
    `${amount(count, 'corner')} ${Number(count) === 1 ? 'repeats' : 'repeat'} the corner before; this changes no area.`,
  winding: ({ count }) =>
    `${amount(count, 'ring')} ${Number(count) === 1 ? 'runs' : 'run'} the other way round than RFC 7946 wants; turned round when registered, which changes no area.`,
  'z-dropped': ({ count }) =>
    `${amount(count, 'corner')} ${Number(count) === 1 ? 'has' : 'have'} a height; heights are not kept.`,
};

const MISSING: Readonly<Record<string, string>> = {
  name: 'The name is missing; give the parcel one that people there know.',
  intervention:
    'The intervention is missing; name one of planting, direct-seeding, assisted-natural-regeneration, natural-regeneration, agroforestry or conservation.',
  startDate: 'The start date is missing; give the day on which the work starts or started, such as 2025-06-01.',
  tenureOrConsent: 'A record of tenure or of consent is missing; name one of them.',
};

const PROPOSALS: Readonly<Record<MendKind, string>> = {
  'read-as-polygon': 'Read the coordinates as the outline of an area.',
  'swap-axes': 'Swap longitude and latitude.',
  'split-antimeridian': 'Cut the parcel at the 180° meridian into parts on either side.',
  'close-ring': 'Close the ring with a straight line from its end to its start.',
  'drop-ring': 'Remove the hole that encloses nothing.',
  'drop-part': 'Remove the part.',
  'make-valid': 'Redraw the outline so that it goes round the same ground without crossing itself.',
  'merge-parts': 'Join the parts, so that all ground counts once.',
  'cut-region': 'Keep only what lies inside the region.',
  'leave-out': 'Leave this parcel out and keep the other.',
  'cut-overlap': 'Cut the shared ground off this parcel.',
  'cut-spike': 'Cut the spike off.',
  'fill-hole': 'Fill the hole.',
  'drop-duplicate-points': 'Remove the repeated corners.',
};

/** The English sentence of a finding. */
export function sentenceOf<R extends CheckRule>(rule: R, values: RuleValues<R>): string {
  return SENTENCES[rule](values);
}

export function sentenceOfProposal(kind: MendKind): string {
  return PROPOSALS[kind];
}

function whole(value: Value): string {
  return Number(value).toLocaleString('en');
}

function amount(count: Value, noun: string): string {
  return `${whole(count)} ${noun}${Number(count) === 1 ? '' : 's'}`;
}

function isAre(count: Value): string {
  return Number(count) === 1 ? 'is' : 'are';
}

function others(count: Value, noun: string): string {
  const more = Number(count) - 1;
  return more > 0 ? ` (and ${amount(more, `other ${noun}`)} likewise)` : '';
}

function partWord(part: Value): string {
  return Number(part) === 0 ? 'the parcel' : `part ${part}`;
}

function partName(part: Value): string {
  return Number(part) === 0 ? 'The outline' : `Part ${part}`;
}

/** `part` is 0 where there is only one. */
function ringName(part: Value, ring: Value): string {
  const of = Number(part) === 0 ? '' : ` of part ${part}`;
  return ring === 'outer' ? `The outline${of}` : `Hole ${ring}${of}`;
}

function otherName(other: Value, region: Value): string {
  return region === '' ? `parcel ${other}` : `parcel ${other} of ${region}`;
}
