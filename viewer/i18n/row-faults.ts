import { type Phrase, translatePhrase } from './phrases.ts';

/**
 * Why a row of a file cannot be read, as the rest of a sentence without its full stop. What is wrong with single bytes of
 * a damaged file is not here: nobody can mend that by hand, and what helps is to save the file again.
 */
export const ROW_FAULTS: readonly Phrase[] = [
  {
    en: /^The point \((?<x>[^,]+), (?<y>[^)]+)\) cannot be transformed from (?<crs>.+): it lies outside the area of that projection\. Check the coordinates and their CRS\.$/s,
    fr: 'le point ({x} ; {y}) est hors du domaine de {crs}. Vérifiez les coordonnées et leur système',
    de: 'der Punkt ({x}; {y}) liegt außerhalb des Gebiets von {crs}. Prüfen Sie die Koordinaten und ihr Bezugssystem',
  },
  {
    en: /^The coordinate reference system (?<crs>EPSG:\d+) is not known here; .+$/s,
    fr: 'le système de coordonnées {crs} n’est pas connu ici. Convertissez le fichier en WGS 84 (EPSG:4326)',
    de: 'das Bezugssystem {crs} ist hier nicht bekannt. Rechnen Sie die Datei nach WGS 84 (EPSG:4326) um',
  },
  {
    en: /^it has (?<count>[\d,]+) vertices; at most (?<limit>[\d,]+) are accepted\. Simplify it and try again\.$/,
    fr: 'elle a {count} sommets, {limit} au plus sont acceptés. Simplifiez-la et réessayez',
    de: 'sie hat {count} Ecken, höchstens {limit} sind erlaubt. Bitte vereinfachen und erneut versuchen',
  },
  {
    en: /^its geometry begins with no geometry that is known, such as POLYGON\.$/,
    fr: 'sa géométrie ne commence par aucun mot connu, comme POLYGON',
    de: 'ihre Geometrie beginnt mit keinem bekannten Wort wie POLYGON',
  },
  {
    en: /^its geometry has something behind its last bracket \(character (?<at>\d+)\)\.$/,
    fr: 'sa géométrie continue après la dernière parenthèse (caractère {at})',
    de: 'ihre Geometrie geht hinter der letzten Klammer weiter (Zeichen {at})',
  },
  {
    en: /^its geometry has no two numbers at character (?<at>\d+)\.$/,
    fr: 'sa géométrie n’a pas deux nombres au caractère {at}',
    de: 'ihre Geometrie hat bei Zeichen {at} keine zwei Zahlen',
  },
  {
    en: /^its geometry has no "(?<sign>.)" where one was wanted: at character (?<at>\d+) (?:the text ends|there is ".+")\.$/s,
    fr: 'dans sa géométrie, « {sign} » manque au caractère {at}',
    de: 'in ihrer Geometrie fehlt „{sign}“ bei Zeichen {at}',
  },
  { en: /^its geometry is not JSON\.$/, fr: 'sa géométrie n’est pas du JSON', de: 'ihre Geometrie ist kein JSON' },
  {
    en: /^its geometry is in SRS (?<own>\d+), that of its table in SRS (?<of>\d+)\.$/,
    fr: 'sa géométrie est dans le système {own}, celle de sa table dans le système {of}',
    de: 'ihre Geometrie ist im Bezugssystem {own}, die ihrer Tabelle in {of}',
  },
];

/** Why a row cannot be read, in French or German; null where it has no known form. */
export function translateRowFault(language: 'fr' | 'de', fault: string): string | null {
  return translatePhrase(ROW_FAULTS, language, fault);
}
