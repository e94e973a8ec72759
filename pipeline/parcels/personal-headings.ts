import type { JsonValue } from '../../shared/parcel-check.ts';
import { HEADINGS } from './formats/attribute-words.ts';

/**
 * Words of headings under which files in English, French and German tell about people: without case and accents. What a
 * word holds anywhere, which also finds compounds and names that a shapefile has cut to 10 letters.
 */
const STEMS = new RegExp(
  [
    'tenure|fonci|landtitle|titledeed|propri[eo]|propri$|besitz|eigentum|eigentue|eigner|grundbuch|usufruit|pacht|paecht',
    'consent|fpic|cliip|einwillig|zustimmung|einverstand|signat|unterschrift',
    'owner|holder|titulair|detenteur|detentric|exploitan|farmer|fermier|agriculteur|agricultric|cultivat(?:eur|ric|or)',
    'bewirtschafter|planteur|producteur|productric|producer|grower|occupan|occupier|lessee|lessor|locatair|bailleur',
    'beneficia|begunstigt|beguenstigt|heritier|technici|techniker|contact|kontakt|ansprechp|responsab|verantwort',
    'phone|telef|teleph|whatsapp|courriel|adress|address|anschrift|prenom|vorname|nachname|surname|familienname',
    'lastname|firstname|fullname|forename|passport|passeport|ausweis|naissance|birth|geburt|enquet(?:eur|ric)',
    'enumerator|surveyor|supervis|animateur|animatric|username|utilisat|bearbeiter|sachbearb|operateur|interviewer',
  ].join('|'),
);
/** Words that only count whole. */
const WORDS = new Set(
  (
    'fonc acte actes akte deed deeds lease bail tenant tenants clip accord landwirt landwirte landwirtin bauer bauern ' +
    'inhaber halter exploi exploit person persons personne personnes tel tels gsm fax mail mails email emails mobile ' +
    'portable handy cni nin iban user users author auteur autor agent agents manager leader operator heir heirs ' +
    'proprio creator editor signed signe by'
  ).split(' '),
);
/** Of words that stand beside one another, written together; alone they may mean something else. */
const COMPOUNDS = new Set(
  (
    'firstname lastname fullname familyname nomfamille nomdefamille givenname nomcomplet chefmenage chefdemenage chefexploitation ' +
    'chefdexploitation chefvillage chefdevillage ayantdroit ayantsdroit identitycard nationalid'
  ).split(' '),
);
const MOST_JOINED = 4;

/**
 * Whether the heading of an attribute says that it is about people: tenure, consent, owners, farmers, how to reach them,
 * who did the work. By its words, whatever their case, accents and signs; rather one too many than one too few.
 */
export function isPersonalHeading(heading: string): boolean {
  const words = wordsOf(heading);
  if (words.some((word) => STEMS.test(word))) return true;
  return words.some((_, from) => {
    for (let length = 1; length <= MOST_JOINED && from + length <= words.length; length++) {
      const joined = words.slice(from, from + length).join('');
      if (COMPOUNDS.has(joined) || HEADINGS.tenure.has(joined) || HEADINGS.consent.has(joined)) return true;
      // "e-mail" and the like.
      if (WORDS.has(joined)) return true;
    }
    return false;
  });
}

function wordsOf(heading: string): readonly string[] {
  return heading
    .slice(0, 1000)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
}

/**
 * Attributes without those about people, and the headings of what was left out. A list or record that has such a heading
 * anywhere inside is left out whole. The record has no prototype, as that of an import.
 */
export function withoutPersonal(more: Readonly<Record<string, JsonValue>>): {
  readonly more: Readonly<Record<string, JsonValue>>;
  readonly leftOut: readonly string[];
} {
  const kept = Object.create(null) as Record<string, JsonValue>;
  const leftOut: string[] = [];
  for (const [heading, value] of Object.entries(more)) {
    if (isPersonalHeading(heading) || holdsPersonal(value)) leftOut.push(heading);
    else kept[heading] = value;
  }
  return { more: kept, leftOut };
}

function holdsPersonal(value: JsonValue): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.some(holdsPersonal);
  return Object.entries(value).some(([name, inner]) => isPersonalHeading(name) || holdsPersonal(inner));
}
