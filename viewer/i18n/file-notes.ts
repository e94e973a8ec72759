import { type Phrase, translatePhrase } from './phrases.ts';

/**
 * What readers note about a file as a whole, in French and German. The sentences come from `pipeline/parcels/formats/`
 * and `pipeline/parcels/ids.ts`; a test holds each pattern against a file of which it is noted.
 */
export const FILE_NOTES: readonly Phrase[] = [
  {
    en: /^(?<file>.+) (?:names no CRS|does not say which CRS its coordinates are in|has no .+\.prj file|does not say its CRS|leaves the CRS of its layer undefined|does not describe the SRS \d+ of its layer); (?<crs>\S+) was taken, as you said\.$/s,
    fr: '{file} n’indique pas le système de ses coordonnées ; {crs} a été pris, comme vous l’avez dit.',
    de: '{file} nennt das Bezugssystem der Koordinaten nicht; {crs} wurde genommen, wie Sie angegeben haben.',
  },
  {
    en: /^The coordinates were turned from (?<crs>\S+) into longitude and latitude\.$/,
    fr: 'Les coordonnées ont été converties de {crs} en longitude et latitude.',
    de: 'Die Koordinaten wurden von {crs} in Länge und Breite umgerechnet.',
  },
  {
    en: /^(?<file>.+) is not UTF-8; its text was read as Windows-1252\. Look whether letters with accents are right\.$/s,
    fr: '{file} n’est pas en UTF-8 ; son texte a été lu en Windows-1252. Vérifiez les lettres accentuées.',
    de: '{file} ist nicht in UTF-8; der Text wurde als Windows-1252 gelesen. Prüfen Sie Umlaute und Akzente.',
  },
  {
    en: /^Column (?<number>\d+) is called "", as another is; it was read as "(?<name>.+)"\.$/s,
    fr: 'La colonne {number} n’a pas de nom ; elle a été lue comme « {name} ».',
    de: 'Die Spalte {number} hat keinen Namen; sie wurde als „{name}“ gelesen.',
  },
  {
    en: /^Column (?<number>\d+) is called "(?<given>.+)", as another is; it was read as "(?<name>.+)"\.$/s,
    fr: 'La colonne {number} s’appelle « {given} » comme une autre ; elle a été lue comme « {name} ».',
    de: 'Die Spalte {number} heißt „{given}“ wie eine andere; sie wurde als „{name}“ gelesen.',
  },
  {
    en: /^Ids repeat in (?<file>.+) \("(?<id>.*)"\), so parcels that share theirs go by another name: (?<list>.+)\. Make ids unique, or name another property with --id-field\.$/s,
    fr: 'Des identifiants se répètent dans {file} (« {id} ») ; les parcelles qui partagent le leur portent un autre nom : {list}. Donnez à chacune le sien.',
    de: 'In {file} wiederholen sich Kennungen („{id}“); Parzellen, die ihre teilen, heißen anders: {list}. Geben Sie jeder eine eigene.',
  },
  // Tables.
  {
    en: /^Each row of (?<file>.+) is a corner; corners were joined in the order of the rows, the last with the first\.$/s,
    fr: 'Chaque ligne de {file} est un sommet ; les sommets ont été reliés dans l’ordre des lignes, le dernier au premier.',
    de: 'Jede Zeile von {file} ist eine Ecke; die Ecken wurden in der Reihenfolge der Zeilen verbunden, die letzte mit der ersten.',
  },
  {
    en: /^Each row of (?<file>.+) is a corner; corners were joined in the order of "(?<heading>.+)", the last with the first\.$/s,
    fr: 'Chaque ligne de {file} est un sommet ; les sommets ont été reliés dans l’ordre de « {heading} », le dernier au premier.',
    de: 'Jede Zeile von {file} ist eine Ecke; die Ecken wurden in der Reihenfolge von „{heading}“ verbunden, die letzte mit der ersten.',
  },
  {
    en: /^No column of (?<file>.+) tells parcels apart; all (?<count>[\d,]+) corners were taken for one parcel\. Add a column "parcel" if they are several\.$/s,
    fr: 'Aucune colonne de {file} ne distingue les parcelles ; les {count} sommets ont été pris pour une seule. S’il y en a plusieurs, ajoutez une colonne « parcelle ».',
    de: 'Keine Spalte von {file} unterscheidet Parzellen; alle {count} Ecken wurden als eine Parzelle gelesen. Sind es mehrere, fügen Sie eine Spalte „Parzelle“ hinzu.',
  },
  {
    en: /^The headings of (?<file>.+) say longitude and latitude; (?<crs>\S+) was not used\.$/s,
    fr: 'Les en-têtes de {file} disent longitude et latitude ; {crs} n’a pas été utilisé.',
    de: 'Die Überschriften von {file} nennen Länge und Breite; {crs} wurde nicht verwendet.',
  },
  {
    en: /^(?<file>.+) does not say which CRS its coordinates are in; they look like degrees and were taken for longitude and latitude\.$/s,
    fr: '{file} n’indique pas le système de ses coordonnées ; elles ressemblent à des degrés et ont été lues comme longitude et latitude.',
    de: '{file} nennt das Bezugssystem der Koordinaten nicht; sie sehen wie Grad aus und wurden als Länge und Breite gelesen.',
  },
  // Shapefiles.
  {
    en: /^(?<file>.+\.dbf) says it has (?<stated>[\d,]+) rows and has (?<count>[\d,]+)\.$/s,
    fr: '{file} annonce {stated} {stated|ligne|lignes} et en a {count}.',
    de: '{file} gibt {stated} {stated|Zeile|Zeilen} an und hat {count}.',
  },
  {
    en: /^The column "(?<name>.*)" of (?<file>.+\.dbf) is of a kind that is not read; it was left out\.$/s,
    fr: 'La colonne « {name} » de {file} est d’un type qui n’est pas lu ; elle a été laissée de côté.',
    de: 'Die Spalte „{name}“ von {file} ist von einer Art, die nicht gelesen wird; sie wurde weggelassen.',
  },
  {
    en: /^(?<file>.+\.dbf) does not say truly how its letters are written; they were read as (?<charset>\S+)\. Check letters such as é\.$/s,
    fr: '{file} ne dit pas correctement comment ses lettres sont codées ; elles ont été lues en {charset}. Vérifiez des lettres comme é.',
    de: '{file} sagt nicht richtig, wie seine Buchstaben kodiert sind; sie wurden als {charset} gelesen. Prüfen Sie Buchstaben wie ä und é.',
  },
  {
    en: /^(?<file>.+\.shp) says it has (?<stated>-?[\d,]+) bytes and has (?<count>[\d,]+); what is there was read\.$/s,
    fr: '{file} annonce {stated} octets et en a {count} ; ce qui s’y trouve a été lu.',
    de: '{file} gibt {stated} Bytes an und hat {count}; was da ist, wurde gelesen.',
  },
  {
    en: /^There is no (?<index>.+\.shx); (?<file>.+\.shp) was read from record to record\.$/s,
    fr: 'Il n’y a pas de {index} ; {file} a été lu enregistrement par enregistrement.',
    de: '{index} fehlt; {file} wurde Datensatz für Datensatz gelesen.',
  },
  {
    en: /^(?<index>.+\.shx) does not fit (?<file>.+\.shp), which was read from record to record\.$/s,
    fr: '{index} ne correspond pas à {file}, qui a été lu enregistrement par enregistrement.',
    de: '{index} passt nicht zu {file}, das Datensatz für Datensatz gelesen wurde.',
  },
  {
    en: /^(?<file>.+\.shp) has (?<count>[\d,]+) more records than (?<index>.+\.shx) lists; they were left out\.$/s,
    fr: '{file} a {count} {count|enregistrement|enregistrements} de plus que {index} n’en annonce ; {count|il a été laissé|ils ont été laissés} de côté.',
    de: '{file} hat {count} {count|Datensatz|Datensätze} mehr, als {index} nennt; {count|er wurde|sie wurden} weggelassen.',
  },
  {
    en: /^Z or M of (?<count>[\d,]+) (?:records?|rows?|features?) was left out: parcels are flat\.$/,
    fr: 'Les altitudes ou mesures (Z, M) de {count} {count|parcelle|parcelles} n’ont pas été gardées : une parcelle est plane.',
    de: 'Höhen oder Messwerte (Z, M) von {count} {count|Parzelle|Parzellen} wurden weggelassen: Parzellen sind flach.',
  },
  {
    en: /^There is no (?<file>.+\.dbf): the parcels have no attributes and are called by their row\.$/s,
    fr: 'Il n’y a pas de {file} : les parcelles n’ont pas d’attributs et portent le numéro de leur ligne.',
    de: '{file} fehlt: Die Parzellen haben keine Attribute und heißen nach ihrer Zeile.',
  },
  {
    en: /^(?<file>.+\.shp) has (?<count>[\d,]+) shapes? and (?<table>.+\.dbf) (?<stated>[\d,]+) rows?\. The last shapes have no attributes\. Check the file\.$/s,
    fr: '{file} a {count} {count|forme|formes} et {table} {stated} {stated|ligne|lignes}. Les dernières formes n’ont pas d’attributs. Vérifiez le fichier.',
    de: '{file} hat {count} {count|Form|Formen} und {table} {stated} {stated|Zeile|Zeilen}. Die letzten Formen haben keine Attribute. Prüfen Sie die Datei.',
  },
  {
    en: /^(?<file>.+\.shp) has (?<count>[\d,]+) shapes? and (?<table>.+\.dbf) (?<stated>[\d,]+) rows?\. The last rows were left out\. Check the file\.$/s,
    fr: '{file} a {count} {count|forme|formes} et {table} {stated} {stated|ligne|lignes}. Les dernières lignes ont été laissées de côté. Vérifiez le fichier.',
    de: '{file} hat {count} {count|Form|Formen} und {table} {stated} {stated|Zeile|Zeilen}. Die letzten Zeilen wurden weggelassen. Prüfen Sie die Datei.',
  },
  {
    en: /^(?<count>[\d,]+) rows are marked as deleted in (?<file>.+\.dbf) and were left out\.$/s,
    fr: '{count} {count|ligne marquée comme supprimée|lignes marquées comme supprimées} dans {file} {count|a été laissée|ont été laissées} de côté.',
    de: '{count} in {file} als gelöscht {count|markierte Zeile wurde|markierte Zeilen wurden} weggelassen.',
  },
  {
    en: /^Left out, because its \.shp is not there: (?<list>.+)\.$/s,
    fr: 'Laissé de côté, car son .shp manque : {list}.',
    de: 'Weggelassen, weil die .shp-Datei fehlt: {list}.',
  },
  // GeoPackage and FlatGeobuf.
  {
    en: /^The file does not call itself a GeoPackage in its header, but holds its tables\.$/,
    fr: 'L’en-tête du fichier ne dit pas que c’est un GeoPackage, mais le fichier en a les tables.',
    de: 'Die Datei nennt sich in ihrem Kopf nicht GeoPackage, hat aber dessen Tabellen.',
  },
  {
    en: /^The file was in use when it was copied: changes in the file beside it that ends in -wal are not in it\.$/,
    fr: 'Le fichier était utilisé pendant sa copie : les modifications du fichier voisin qui finit en -wal n’y sont pas.',
    de: 'Die Datei war beim Kopieren in Gebrauch: Änderungen in der Nachbardatei, die auf -wal endet, fehlen.',
  },
  {
    en: /^Binary values of the column "(?<name>.*)" were left out\.$/s,
    fr: 'Les valeurs binaires de la colonne « {name} » ont été laissées de côté.',
    de: 'Binäre Werte der Spalte „{name}“ wurden weggelassen.',
  },
  {
    en: /^The header of (?<file>.+) says (?<stated>[\d,]+) features; there are (?<count>[\d,]+)\.$/s,
    fr: 'L’en-tête de {file} annonce {stated} {stated|objet|objets} ; il y en a {count}.',
    de: 'Der Kopf von {file} nennt {stated} {stated|Objekt|Objekte}; es sind {count}.',
  },
  // KML and GPX.
  {
    en: /^(?<count>[\d,]+) (?:placemark is a point and was|placemarks are points and were) left out: (?<list>.+)\.$/s,
    fr: '{count} {count|repère est un point et a été laissé|repères sont des points et ont été laissés} de côté : {list}.',
    de: '{count} {count|Ortsmarke ist ein Punkt und wurde|Ortsmarken sind Punkte und wurden} weggelassen: {list}.',
  },
  {
    en: /^(?<count>[\d,]+) (?:network link was|network links were) not followed; save what stands behind as a KML file of its own\.$/,
    fr: '{count} {count|lien réseau n’a pas été suivi|liens réseau n’ont pas été suivis} ; enregistrez ce qui s’y trouve dans un fichier KML à part.',
    de: '{count} {count|Netzwerklink wurde|Netzwerklinks wurden} nicht verfolgt; speichern Sie, was dahinter steht, als eigene KML-Datei.',
  },
  {
    en: /^(?<count>[\d,]+) (?:address on the network, such as of a picture, was|addresses on the network, such as of pictures, were) not opened\.$/,
    fr: '{count} {count|adresse du réseau, d’une image par exemple, n’a pas été ouverte|adresses du réseau, d’images par exemple, n’ont pas été ouvertes}.',
    de: '{count} {count|Adresse im Netz, etwa eines Bildes, wurde|Adressen im Netz, etwa von Bildern, wurden} nicht geöffnet.',
  },
  {
    en: /^(?<format>KML|GPX) is always in longitude and latitude; (?<crs>\S+) was not used\.$/,
    fr: '{format} est toujours en longitude et latitude ; {crs} n’a pas été utilisé.',
    de: '{format} ist immer in Länge und Breite; {crs} wurde nicht verwendet.',
  },
  {
    en: /^Of (?<file>.+) only (?<name>.+) was read, not (?<list>.+)\.$/s,
    fr: 'De {file}, seul {name} a été lu, et non {list}.',
    de: 'Von {file} wurde nur {name} gelesen, nicht {list}.',
  },
  {
    en: /^(?<count>[\d,]+) (?:waypoint was|waypoints were) left out; tracks and routes were read\.$/,
    fr: '{count} {count|point de passage a été laissé|points de passage ont été laissés} de côté ; les traces et les itinéraires ont été lus.',
    de: '{count} {count|Wegpunkt wurde|Wegpunkte wurden} weggelassen; Tracks und Routen wurden gelesen.',
  },
];

/** A note about a file in French or German; null where it has no known form. */
export function translateNote(language: 'fr' | 'de', note: string): string | null {
  return translatePhrase(FILE_NOTES, language, note);
}
