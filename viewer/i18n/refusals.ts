import type { Language } from '../state.ts';

/**
 * Why a parcel of the file was refused, in French and German. The pipeline writes `Parcel <id> <fault>`; the faults and
 * their wording come from `pipeline/parcels.ts` and `pipeline/parcels/`. Places and rings inside a sentence are named
 * groups, put into the translation under the same name.
 */
interface Refusal {
  /** What follows the id, as a pattern. */
  readonly fault: string;
  readonly fr: string;
  readonly de: string;
}

const RING = '(?<ring>(?:the outer ring|hole \\d+)(?: of part \\d+)?)';
const AT = '(?<at>[\\d.]+ [EW] [\\d.]+ [NS]|an unknown place)';
const OVERLAP = '(?<overlap>, or its rings overlap or share an edge there)?';

const REFUSALS: readonly Refusal[] = [
  {
    fault:
      'cannot be kept(?: under its id .+?)?: the id has (?<count>\\d+) characters; at most (?<limit>\\d+) are accepted. Give it a shorter, plain id.',
    fr: 'l’identifiant a {count} caractères, {limit} au plus sont acceptés. Donnez-lui un identifiant court et simple.',
    de: 'die Kennung hat {count} Zeichen, höchstens {limit} sind erlaubt. Geben Sie ihr eine kurze, einfache Kennung.',
  },
  {
    fault:
      'cannot be kept(?: under its id .+?)?: the id holds a control character or half a character. Give it a shorter, plain id.',
    fr: 'l’identifiant contient un caractère de commande ou incomplet. Donnez-lui un identifiant court et simple.',
    de: 'die Kennung enthält ein Steuerzeichen oder ein halbes Zeichen. Geben Sie ihr eine kurze, einfache Kennung.',
  },
  {
    fault: 'has the id of feature (?<count>\\d+) too; give it one of its own.',
    fr: 'même identifiant que l’objet {count} ; donnez-lui le sien.',
    de: 'hat dieselbe Kennung wie Objekt {count}; geben Sie ihr eine eigene.',
  },
  {
    fault: 'is not a GeoJSON Feature; only those are read.',
    fr: 'n’est pas un objet GeoJSON « Feature » ; seuls ceux-ci sont lus.',
    de: 'ist kein GeoJSON-„Feature“; nur solche werden gelesen.',
  },
  {
    fault: 'has no area; draw it again.',
    fr: 'n’a pas de surface ; dessinez-la à nouveau.',
    de: 'hat keine Fläche; bitte neu zeichnen.',
  },
  {
    fault: 'covers (?<count>[\\d,]+) ha; at most (?<limit>[\\d,]+) ha are accepted. Divide it.',
    fr: 'couvre {count} ha ; {limit} ha au plus sont acceptés. Divisez-la.',
    de: 'umfasst {count} ha; höchstens {limit} ha sind erlaubt. Bitte teilen.',
  },
  {
    fault: 'has (?<count>[\\d,]+) vertices; at most (?<limit>[\\d,]+) are accepted. Simplify it and try again.',
    fr: 'a {count} sommets ; {limit} au plus sont acceptés. Simplifiez-la et réessayez.',
    de: 'hat {count} Eckpunkte; höchstens {limit} sind erlaubt. Bitte vereinfachen und erneut versuchen.',
  },
  {
    fault: 'has no geometry; draw it, or remove the feature.',
    fr: 'n’a pas de géométrie ; dessinez-la ou supprimez l’objet.',
    de: 'hat keine Geometrie; bitte zeichnen oder das Objekt entfernen.',
  },
  {
    fault: 'has no coordinates; draw it, or remove the feature.',
    fr: 'n’a pas de coordonnées ; dessinez-la ou supprimez l’objet.',
    de: 'hat keine Koordinaten; bitte zeichnen oder das Objekt entfernen.',
  },
  {
    fault: 'has no ring(?: of part (?<count>\\d+))?; draw it again or remove the empty part.',
    fr: 'n’a pas de contour ; dessinez-la à nouveau ou supprimez la partie vide.',
    de: 'hat keinen Umriss; bitte neu zeichnen oder den leeren Teil entfernen.',
  },
  {
    fault: 'is (?:an? \\w+|no GeoJSON geometry), not a Polygon or MultiPolygon; only areas can be measured.',
    fr: 'n’est ni un polygone ni un multipolygone ; seules des surfaces peuvent être mesurées.',
    de: 'ist weder Polygon noch Multipolygon; nur Flächen können gemessen werden.',
  },
  {
    fault: `has too few corners: ${RING} has (?<count>\\d+) positions, at least 4 are needed \\(the last repeats the first\\).`,
    fr: 'n’a pas assez de sommets : {ring} a {count} positions, il en faut au moins 4 (la dernière répète la première).',
    de: 'hat zu wenige Ecken: {ring} hat {count} Positionen, mindestens 4 sind nötig (die letzte wiederholt die erste).',
  },
  {
    fault: `has a position that is not two numbers: position (?<count>\\d+) of ${RING} is (?<got>[\\s\\S]+).`,
    fr: 'a une position qui n’est pas faite de deux nombres : position {count}, {ring} : {got}.',
    de: 'hat eine Position, die nicht aus zwei Zahlen besteht: Position {count}, {ring}: {got}.',
  },
  {
    fault: `lies outside the Earth's latitudes: position (?<count>\\d+) of ${RING} is (?<got>[^;]+); longitude and latitude may be swapped, GeoJSON wants longitude first.`,
    fr: 'est hors des latitudes terrestres : position {count}, {ring} : {got} ; longitude et latitude sont peut-être inversées, GeoJSON veut la longitude d’abord.',
    de: 'liegt außerhalb der Breitengrade der Erde: Position {count}, {ring}: {got}; Länge und Breite sind vielleicht vertauscht, GeoJSON will die Länge zuerst.',
  },
  {
    fault: `is not in degrees: position (?<count>\\d+) of ${RING} is (?<got>[^;]+); the coordinates look projected, reproject the file to WGS 84 lon/lat \\(EPSG:4326\\).`,
    fr: 'n’est pas en degrés : position {count}, {ring} : {got} ; les coordonnées semblent projetées, reprojetez le fichier en WGS 84 longitude/latitude (EPSG:4326).',
    de: 'ist nicht in Grad: Position {count}, {ring}: {got}; die Koordinaten wirken projiziert, bitte die Datei nach WGS 84 Länge/Breite (EPSG:4326) umrechnen.',
  },
  {
    fault: `is not closed: ${RING} starts at (?<from>.+) and ends at (?<to>.+); repeat the first position at the end.`,
    fr: 'n’est pas fermée : {ring} commence à {from} et finit à {to} ; répétez la première position à la fin.',
    de: 'ist nicht geschlossen: {ring} beginnt bei {from} und endet bei {to}; wiederholen Sie die erste Position am Ende.',
  },
  {
    fault: `crosses the 180° meridian in ${RING} near ${AT}; cut it there into two parts \\(RFC 7946, 3.1.9\\).`,
    fr: 'traverse le méridien 180° près de {at} ({ring}) ; coupez-la à cet endroit en deux parties (RFC 7946, 3.1.9).',
    de: 'überquert den 180.-Längengrad bei {at} ({ring}); dort in zwei Teile schneiden (RFC 7946, 3.1.9).',
  },
  {
    fault: `has no area: ${RING} at ${AT} folds onto itself.`,
    fr: 'n’a pas de surface : {ring} se replie sur lui-même à {at}.',
    de: 'hat keine Fläche: {ring} fällt bei {at} auf sich selbst.',
  },
  {
    fault: `has a hole outside its outer ring near ${AT}; move or remove the hole.`,
    fr: 'a un trou hors de son contour près de {at} ; déplacez ou supprimez ce trou.',
    de: 'hat ein Loch außerhalb ihres Umrisses bei {at}; das Loch verschieben oder entfernen.',
  },
  {
    fault: `has a hole inside a hole near ${AT}; remove one of them.`,
    fr: 'a un trou dans un trou près de {at} ; supprimez l’un des deux.',
    de: 'hat ein Loch in einem Loch bei {at}; eines davon entfernen.',
  },
  {
    fault: `is cut in two by its own rings near ${AT}${OVERLAP}; draw the pieces as separate parts.`,
    fr: 'est coupée en deux par ses propres contours près de {at} ; dessinez les morceaux comme des parties séparées.',
    de: 'wird bei {at} von ihren eigenen Ringen zerteilt; die Stücke als getrennte Teile zeichnen.',
  },
  {
    fault: `crosses itself near ${AT}${OVERLAP}; redraw the boundary there.`,
    fr: 'se croise elle-même près de {at} ; redessinez la limite à cet endroit.',
    de: 'schneidet sich selbst bei {at}; die Grenze dort neu zeichnen.',
  },
  {
    fault: `touches itself near ${AT}${OVERLAP}; redraw the boundary there.`,
    fr: 'se touche elle-même près de {at} ; redessinez la limite à cet endroit.',
    de: 'berührt sich selbst bei {at}; die Grenze dort neu zeichnen.',
  },
  {
    fault: `has a part inside another part near ${AT}; remove one of them.`,
    fr: 'a une partie dans une autre près de {at} ; supprimez l’une des deux.',
    de: 'hat einen Teil in einem anderen Teil bei {at}; einen davon entfernen.',
  },
  {
    fault: `has the same ring twice near ${AT}; remove one of them.`,
    fr: 'a deux fois le même contour près de {at} ; supprimez-en un.',
    de: 'hat denselben Ring zweimal bei {at}; einen davon entfernen.',
  },
  {
    fault: `has a ring with fewer than 3 different corners near ${AT}; redraw or remove it.`,
    fr: 'a un contour de moins de 3 sommets différents près de {at} ; redessinez-le ou supprimez-le.',
    de: 'hat einen Ring mit weniger als 3 verschiedenen Ecken bei {at}; neu zeichnen oder entfernen.',
  },
  {
    fault: `is not a valid polygon near ${AT}.`,
    fr: 'n’est pas un polygone valide près de {at}.',
    de: 'ist kein gültiges Polygon bei {at}.',
  },
];

/** The cause behind `refused: ` in the language, the parcel's own name left out; null where it has no known form. */
export function translateRefusal(language: Language, cause: string): string | null {
  if (language === 'en') return cause;
  for (const refusal of REFUSALS) {
    const found = new RegExp(`^Parcel [\\s\\S]* ${refusal.fault.replaceAll(/\.(?= |$)/g, '\\.')}$`).exec(cause);
    if (found) return fill(language, refusal[language], found.groups ?? {});
  }
  return null;
}

function fill(language: 'fr' | 'de', text: string, groups: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = groups[name] ?? '';
    if (name === 'ring') return translateRing(language, value);
    if (name === 'at' || name === 'from' || name === 'to') return translatePlace(language, value);
    const isCount = name === 'count' || name === 'limit';
    return isCount ? Number(value.replaceAll(',', '')).toLocaleString(language) : value;
  });
}

function translateRing(language: 'fr' | 'de', ring: string): string {
  const [, hole, part] = /^(?:the outer ring|hole (\d+))(?: of part (\d+))?$/.exec(ring) ?? [];
  if (language === 'fr') return `${hole ? `le trou ${hole}` : 'le contour'}${part ? ` de la partie ${part}` : ''}`;
  return `${hole ? `Loch ${hole}` : 'der äußere Ring'}${part ? ` von Teil ${part}` : ''}`;
}

/** West is O in French, east is O in German. */
function translatePlace(language: 'fr' | 'de', place: string): string {
  if (place === 'an unknown place') return language === 'fr' ? 'un lieu inconnu' : 'unbekannter Stelle';
  return language === 'fr' ? place.replace(' W ', ' O ') : place.replace(' E ', ' O ');
}
