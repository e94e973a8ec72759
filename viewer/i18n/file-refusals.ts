import { IMPORT_LIMITS } from '../../shared/parcel-check.ts';
import { type Phrase, translatePhrase } from './phrases.ts';

interface Refusal {
  readonly fr: string;
  readonly de: string;
}

const MB = 2 ** 20;
const { fileBytes, zipBytes, unpackedBytes, zipEntries } = IMPORT_LIMITS;
const [FILE_MB, ZIP_MB, UNPACKED_MB] = [fileBytes / MB, zipBytes / MB, unpackedBytes / MB];

/** A number of the limits; French and German write thousands alike but for the mark between them. */
const count = (language: 'fr' | 'de', value: number) => value.toLocaleString(language);

const TOO_LARGE: Refusal = {
  fr: `Le fichier est trop grand : ${FILE_MB} Mo au plus sont lus, ${ZIP_MB} Mo pour un zip. Divisez-le et réessayez.`,
  de: `Die Datei ist zu groß: höchstens ${FILE_MB} MB werden gelesen, ${ZIP_MB} MB bei einem Zip. Teilen Sie sie und versuchen Sie es erneut.`,
};
const READ = 'GeoJSON, KML, KMZ, shapefile (zip), GeoPackage, FlatGeobuf, CSV, GPX';

/** Why a whole file was refused, and what to do next, by the code of the error. */
export const FILE_REFUSALS: Readonly<Record<string, Refusal>> = {
  E_PARCELS_CRS_MISSING: {
    fr: 'Le fichier ne dit pas dans quel système sont ses coordonnées : on ne sait pas où sont les parcelles. Indiquez-le, par exemple EPSG:4326 pour longitude et latitude, ou ajoutez-le au fichier.',
    de: 'Die Datei sagt nicht, in welchem Bezugssystem ihre Koordinaten sind: Niemand weiß, wo die Parzellen liegen. Geben Sie es an, etwa EPSG:4326 für Länge und Breite, oder ergänzen Sie es in der Datei.',
  },
  E_PARCELS_CRS: {
    fr: 'Le système de coordonnées du fichier n’est pas connu ici. Convertissez le fichier en WGS 84 (EPSG:4326) et réessayez.',
    de: 'Das Bezugssystem der Datei ist hier nicht bekannt. Rechnen Sie die Datei nach WGS 84 (EPSG:4326) um und versuchen Sie es erneut.',
  },
  E_PARCELS_LAYER: {
    fr: 'Le fichier contient plusieurs couches, ou n’a pas celle qui est demandée. Indiquez celle qui contient les parcelles.',
    de: 'Die Datei enthält mehrere Ebenen oder nicht die verlangte. Geben Sie an, welche die Parzellen enthält.',
  },
  E_PARCELS_SIZE: TOO_LARGE,
  FST_ERR_CTP_BODY_TOO_LARGE: TOO_LARGE,
  E_PARCELS_FORMAT: {
    fr: `Le fichier n’est d’aucun format qui est lu ici. Enregistrez les parcelles dans l’un de ceux-ci : ${READ}.`,
    de: `Die Datei hat kein Format, das hier gelesen wird. Speichern Sie die Parzellen in einem von diesen: ${READ}.`,
  },
  E_PARCELS_FILE: {
    fr: 'Le fichier n’a pas pu être ouvert. Choisissez-le à nouveau.',
    de: 'Die Datei konnte nicht geöffnet werden. Wählen Sie sie erneut.',
  },
  E_PARCELS_EMPTY: {
    fr: 'Le fichier ne contient aucune parcelle ; il en faut au moins une. Vérifiez que c’est le bon fichier.',
    de: 'Die Datei enthält keine Parzelle; mindestens eine ist nötig. Prüfen Sie, ob es die richtige Datei ist.',
  },
  E_PARCELS_COUNT: {
    fr: `Le fichier contient trop de parcelles : ${count('fr', IMPORT_LIMITS.parcels)} au plus sont lues. Divisez-le et réessayez.`,
    de: `Die Datei enthält zu viele Parzellen: höchstens ${count('de', IMPORT_LIMITS.parcels)} werden gelesen. Teilen Sie sie und versuchen Sie es erneut.`,
  },
  E_PARCELS_VERTICES: {
    fr: `Le fichier a trop de sommets : ${count('fr', IMPORT_LIMITS.verticesPerParcel)} au plus par parcelle, ${count('fr', IMPORT_LIMITS.verticesPerImport)} en tout. Simplifiez les contours ou divisez le fichier.`,
    de: `Die Datei hat zu viele Ecken: höchstens ${count('de', IMPORT_LIMITS.verticesPerParcel)} je Parzelle, ${count('de', IMPORT_LIMITS.verticesPerImport)} insgesamt. Vereinfachen Sie die Umrisse oder teilen Sie die Datei.`,
  },
  E_PARCELS_NESTING: {
    fr: 'Le fichier est emboîté plus profondément qu’aucune parcelle n’en a besoin. Enregistrez-le à nouveau avec le logiciel dont il vient.',
    de: 'Die Datei ist tiefer verschachtelt, als es Parzellen brauchen. Speichern Sie sie mit dem Programm, aus dem sie stammt, neu.',
  },
  E_SHAPEFILE: {
    fr: 'Le shapefile est abîmé ou n’en est pas un. Exportez-le à nouveau et mettez tous ses fichiers dans un zip.',
    de: 'Das Shapefile ist beschädigt oder keines. Exportieren Sie es neu und packen Sie alle seine Dateien in ein Zip.',
  },
  E_SHAPEFILE_INCOMPLETE: {
    fr: 'Le shapefile est incomplet : le fichier .shp, qui contient les formes, manque. Mettez .shp, .shx, .dbf et .prj dans le même zip et réessayez.',
    de: 'Das Shapefile ist unvollständig: Die .shp-Datei mit den Formen fehlt. Packen Sie .shp, .shx, .dbf und .prj in dasselbe Zip und versuchen Sie es erneut.',
  },
  E_CSV: {
    fr: 'La table ne peut pas être lue. Il faut des en-têtes et une colonne de géométrie (WKT ou GeoJSON), ou des colonnes « lon » et « lat » avec un sommet par ligne et une colonne « parcelle ».',
    de: 'Die Tabelle ist nicht lesbar. Nötig sind Überschriften und eine Spalte mit der Geometrie (WKT oder GeoJSON), oder Spalten „lon“ und „lat“ mit einer Ecke je Zeile und einer Spalte „Parzelle“.',
  },
  E_GEOPACKAGE: {
    fr: 'Le GeoPackage est abîmé, ou n’a pas de couche de parcelles qui puisse être lue. Exportez-le à nouveau.',
    de: 'Das GeoPackage ist beschädigt oder hat keine lesbare Ebene mit Parzellen. Exportieren Sie es neu.',
  },
  E_FLATGEOBUF: {
    fr: 'Le fichier FlatGeobuf est abîmé, coupé ou d’une version qui n’est pas lue. Exportez-le à nouveau.',
    de: 'Die FlatGeobuf-Datei ist beschädigt, abgeschnitten oder von einer Version, die nicht gelesen wird. Exportieren Sie sie neu.',
  },
  E_KML: {
    fr: 'Le fichier est du XML, mais pas du KML. Exportez les parcelles en KML et réessayez.',
    de: 'Die Datei ist XML, aber kein KML. Exportieren Sie die Parzellen als KML und versuchen Sie es erneut.',
  },
  E_KMZ: {
    fr: 'Le KMZ ne contient pas un seul fichier .kml sans équivoque. Enregistrez les parcelles en KML et réessayez.',
    de: 'Im KMZ ist nicht eindeutig eine .kml-Datei. Speichern Sie die Parzellen als KML und versuchen Sie es erneut.',
  },
  E_GPX: {
    fr: 'Le fichier est du XML, mais pas du GPX. Exportez la trace en GPX et réessayez.',
    de: 'Die Datei ist XML, aber kein GPX. Exportieren Sie den Track als GPX und versuchen Sie es erneut.',
  },
  E_XML: {
    fr: 'Le fichier n’est pas du XML correct. Enregistrez-le à nouveau avec le logiciel dont il vient.',
    de: 'Die Datei ist kein korrektes XML. Speichern Sie sie mit dem Programm, aus dem sie stammt, neu.',
  },
  E_XML_DOCTYPE: {
    fr: 'Le fichier déclare un type de document ou une entité (<!DOCTYPE, <!ENTITY), ce qui est refusé par sécurité. Retirez cette ligne et réessayez.',
    de: 'Die Datei deklariert einen Dokumenttyp oder eine Entität (<!DOCTYPE, <!ENTITY), was aus Sicherheit abgelehnt wird. Entfernen Sie die Zeile und versuchen Sie es erneut.',
  },
  E_JSON: {
    fr: 'Le fichier n’est pas du JSON correct, ou il est coupé. Exportez-le à nouveau en GeoJSON.',
    de: 'Die Datei ist kein korrektes JSON oder abgeschnitten. Exportieren Sie sie neu als GeoJSON.',
  },
  E_TEXT_ENCODING: {
    fr: 'Le texte du fichier ne peut pas être lu dans son codage. Enregistrez-le en UTF-8 et réessayez.',
    de: 'Der Text der Datei ist in seiner Kodierung nicht lesbar. Speichern Sie sie in UTF-8 und versuchen Sie es erneut.',
  },
  E_ZIP: {
    fr: 'Le zip est abîmé, protégé ou fait d’une manière qui n’est pas lue. Faites un zip simple, sans mot de passe, et réessayez.',
    de: 'Das Zip ist beschädigt, geschützt oder auf eine Weise gepackt, die nicht gelesen wird. Packen Sie ein einfaches Zip ohne Passwort und versuchen Sie es erneut.',
  },
  E_ZIP_SIZE: {
    fr: `Le zip est trop grand : ${ZIP_MB} Mo au plus, ${UNPACKED_MB} Mo une fois décompressé. N’y mettez que les fichiers des parcelles, ou divisez-le.`,
    de: `Das Zip ist zu groß: höchstens ${ZIP_MB} MB, entpackt ${UNPACKED_MB} MB. Packen Sie nur die Dateien der Parzellen hinein oder teilen Sie es.`,
  },
  E_ZIP_ENTRIES: {
    fr: `Le zip contient trop de fichiers : ${zipEntries} au plus. N’y mettez que ceux des parcelles et réessayez.`,
    de: `Das Zip enthält zu viele Dateien: höchstens ${zipEntries}. Packen Sie nur die der Parzellen hinein und versuchen Sie es erneut.`,
  },
  E_ZIP_NESTED: {
    fr: 'Le zip contient une autre archive. Mettez les fichiers des parcelles eux-mêmes dans un seul zip.',
    de: 'Das Zip enthält ein weiteres Archiv. Packen Sie die Dateien der Parzellen selbst in ein einziges Zip.',
  },
  E_IMPORT_TIMEOUT: {
    fr: 'La lecture du fichier prend trop de temps. Divisez-le, ou enregistrez-le en GeoJSON.',
    de: 'Das Lesen der Datei dauert zu lange. Teilen Sie sie, oder speichern Sie sie als GeoJSON.',
  },
  E_IMPORT_MEMORY: {
    fr: 'La lecture du fichier demande trop de mémoire. Divisez-le, ou enregistrez-le en GeoJSON.',
    de: 'Das Lesen der Datei braucht zu viel Speicher. Teilen Sie sie, oder speichern Sie sie als GeoJSON.',
  },
  E_IMPORT_CRASH: {
    fr: 'Le fichier n’a pas pu être lu. Enregistrez-le à nouveau avec le logiciel dont il vient, ou en GeoJSON.',
    de: 'Die Datei konnte nicht gelesen werden. Speichern Sie sie mit dem Programm, aus dem sie stammt, neu oder als GeoJSON.',
  },
  E_TOO_OFTEN: {
    fr: 'Trop de fichiers ont été envoyés en une minute. Attendez un peu et réessayez.',
    de: 'In einer Minute wurden zu viele Dateien gesendet. Warten Sie kurz und versuchen Sie es erneut.',
  },
  E_NO_REGION: {
    fr: 'La région choisie n’existe pas dans ce projet. Choisissez-en une autre.',
    de: 'Die gewählte Region gibt es in diesem Projekt nicht. Wählen Sie eine andere.',
  },
  E_REGISTER_BUSY: {
    fr: 'Le registre est occupé. Réessayez dans un moment.',
    de: 'Das Register ist beschäftigt. Versuchen Sie es gleich noch einmal.',
  },
  E_DATABASE_LOCKED: {
    fr: 'Un autre programme se sert du registre en ce moment. Réessayez dans un moment.',
    de: 'Ein anderes Programm benutzt gerade das Register. Versuchen Sie es gleich noch einmal.',
  },
  E_ABORTED: {
    fr: 'L’envoi s’est interrompu. Envoyez le fichier à nouveau.',
    de: 'Die Übertragung brach ab. Senden Sie die Datei erneut.',
  },
};

/** Files of other kinds that people send for parcels, told apart by what the English sentence says. */
export const OTHER_FILES: readonly Phrase[] = [
  {
    en: /^.+ is empty\. Read are /s,
    fr: 'Le fichier est vide. Choisissez-en un autre.',
    de: 'Die Datei ist leer. Wählen Sie eine andere.',
  },
  {
    en: /^.+ is one file of a shapefile; /s,
    fr: 'Ce n’est qu’un des fichiers d’un shapefile. Mettez .shp, .shx, .dbf et .prj dans un zip et envoyez celui-ci.',
    de: 'Das ist nur eine der Dateien eines Shapefiles. Packen Sie .shp, .shx, .dbf und .prj in ein Zip und senden Sie dieses.',
  },
  {
    en: /^.+ is a document of (?:an older )?Office; /s,
    fr: 'C’est un document de bureautique. Enregistrez sa table en CSV et envoyez celle-ci.',
    de: 'Das ist ein Office-Dokument. Speichern Sie seine Tabelle als CSV und senden Sie diese.',
  },
  {
    en: /^.+ is (?:a PDF|a picture \(\w+\)|a TIFF), which holds /s,
    fr: 'C’est une image ou un PDF, sans les sommets des parcelles. Demandez le fichier d’où vient cette carte.',
    de: 'Das ist ein Bild oder ein PDF, ohne die Ecken der Parzellen. Fragen Sie nach der Datei, aus der diese Karte stammt.',
  },
  {
    en: /^.+ is (?:a RAR archive|a 7z archive|packed with gzip); /s,
    fr: 'L’archive n’est pas un zip. Décompressez-la et faites-en un zip simple.',
    de: 'Das Archiv ist kein Zip. Entpacken Sie es und packen Sie ein einfaches Zip.',
  },
  {
    en: /^.+ is a drawing \(DWG\); /s,
    fr: 'C’est un dessin DWG. Exportez les parcelles en shapefile ou en KML.',
    de: 'Das ist eine DWG-Zeichnung. Exportieren Sie die Parzellen als Shapefile oder KML.',
  },
  {
    en: /^.+ is a zip with a (?<ending>\.\w+) file in it; /s,
    fr: 'Le zip contient un fichier {ending}. Décompressez-le et choisissez ce fichier.',
    de: 'Das Zip enthält eine {ending}-Datei. Entpacken Sie es und wählen Sie diese Datei.',
  },
  {
    en: /^.+ is a web page, perhaps one that asks to sign in; /s,
    fr: 'C’est une page web, peut-être une demande de connexion. Téléchargez le fichier lui-même.',
    de: 'Das ist eine Webseite, vielleicht eine Anmeldung. Laden Sie die Datei selbst herunter.',
  },
];

/** A refusal in French or German; null where its code is not known. */
export function translateFileRefusal(
  language: 'fr' | 'de',
  { code, message }: { readonly code: string; readonly message: string },
): string | null {
  const other = code === 'E_PARCELS_FORMAT' ? translatePhrase(OTHER_FILES, language, message) : null;
  return other ?? (Object.hasOwn(FILE_REFUSALS, code) ? FILE_REFUSALS[code]![language] : null);
}
