/**
 * What readers of parcel files and the register found, by the name of its rule; `.why` where a sentence has several kinds.
 * `said` is what a cell of the file says; `property` and `heading` are its column. And where a row stands in its file.
 */
export const readerFindingMessages = {
  en: {
    'place.feature': 'feature {n}',
    'place.record': 'record {n}',
    'place.row': 'row {n}',
    'place.line': 'line {n}',
    'place.lines': 'lines {n} to {to}',
    'place.placemark': 'Placemark {n}',
    'place.track': 'track {n}',
    'place.route': 'route {n}',
    'place.waypoints': 'the waypoints',
    'finding.id':
      'The parcel cannot be kept under its id “{given}”, which is too long or holds a character that is not accepted. It goes by {id} until it has a shorter, plain id.',
    'finding.id.register':
      'The id “{id}” cannot be used. Give the parcel another one, or none: the register gives one.',
    'finding.id-repeated': 'Its id {id} is that of another parcel too ({firstPlace}). Give it one of its own.',
    'finding.id-taken': 'The register has a parcel {id} already; this one needs another id.',
    'finding.draft-used': 'This draft was handed in before. Look for it in the register.',
    'finding.duplicate.register': 'A parcel of the register has exactly this boundary. Edit that one.',
    'finding.text': 'A text of this parcel holds a character that cannot be kept. Type it again.',
    'finding.withdrawn-since':
      'An earlier import of this file registered it as parcel {id}, which was withdrawn since. To take it back, edit that parcel.',
    'finding.changed-since':
      'An earlier import of this file registered it as parcel {id}, which has another boundary since. To have the one of the file, edit that parcel.',
    'finding.no-feature': 'It is not a GeoJSON Feature; only those are read.',
    'finding.unreadable-row':
      'This parcel cannot be read ({where}). Save the file again with the program it came from, or as GeoJSON.',
    'finding.unreadable-row.known': 'This parcel cannot be read ({where}): {fault}.',
    'finding.property-left-out.name': 'The property “{property}” has a name that is not accepted and was left out.',
    'finding.property-left-out.long-name':
      'The property “{property}” has a name of more than {limit} characters and was left out.',
    'finding.property-left-out.inner-name':
      'The property “{property}” holds the name {inner}, which is not accepted, and was left out.',
    'finding.property-left-out.long-text':
      'The property “{property}” holds {characters} characters, of which at most {limit} are kept, and was left out.',
    'finding.property-left-out.kind':
      'The property “{property}” holds something that is no text, number or list and was left out.',
    'finding.property-left-out.many': 'It has {properties} properties; the first {limit} were kept.',
    'finding.corner-order':
      'The order of its corners is not clear: “{heading}” has no number in a row, or one twice. Number its corners 1, 2, 3 and so on.',
    'finding.corners-scattered':
      'Its corners stand in several places of the table and no column gives their order; they were joined as they stand. Look at its shape.',
    'finding.corners-in-order': 'It is made of {corners} waypoints, taken for its corners in the order of the file.',
    'finding.pieces-joined': 'It is a line in {pieces} pieces, which were joined in their order.',
    'finding.line-as-outline':
      'It is a line that ends {gapM} from where it begins; it was taken for the outline of an area.',
    'finding.parts-gathered':
      'It is a collection of {parts} {parts|area|areas}; {parts|it was|they were} taken as the {parts|outline|parts} of one parcel.',
    'finding.parts-left-out': 'Beside its areas {count} {count|line or point was|lines or points were} left out.',
    'finding.ring-winding.reversed': 'Its rings run the other way round than shapefiles want; nothing is lost by that.',
    'finding.ring-winding.contradicting':
      'The direction of its rings and what lies in what contradict each other: outlines and holes were told apart by direction. Compare its hectares with the source.',
    'finding.name-unclear.invisible': 'The name in “{property}” has no letter that can be seen, and was not taken.',
    'finding.name-unclear.long':
      'The name in “{property}” has {characters} characters, more than {limit}, and was not taken.',
    'finding.name-cleaned': 'The name “{said}” held characters that cannot be seen; it was taken without them.',
    'finding.intervention-unclear':
      '“{said}” in “{property}” is no kind of work that is known. Choose planting, direct seeding, assisted natural regeneration, natural regeneration, agroforestry or conservation.',
    'finding.intervention-unclear.several':
      '“{said}” in “{property}” names more than one kind of work. Choose planting, direct seeding, assisted natural regeneration, natural regeneration, agroforestry or conservation.',
    'finding.start-date-unclear':
      '“{said}” in “{property}” is no date that can be read; write the start as 2025-06-01.',
    'finding.start-date-unclear.year':
      '“{said}” in “{property}” states a year and no day; write the start as 2025-06-01.',
    'finding.start-date-unclear.two-ways':
      '“{said}” in “{property}” can be read in two ways, day or month first; write the start as 2025-06-01.',
    'finding.start-date-unclear.month':
      '“{said}” in “{property}” names no month that is known; write the start as 2025-06-01.',
    'finding.start-date-unclear.calendar':
      '“{said}” in “{property}” is no day of the calendar; write the start as 2025-06-01.',
    'finding.stated-area-unclear': 'The stated area “{said}” in “{property}” cannot be read. It was not taken.',
    'finding.stated-area-unclear.unit':
      'The stated area “{said}” in “{property}” has no unit; call the column “area_ha” or “area_m2”. It was not taken.',
    'finding.stated-area-unclear.two-ways':
      'The stated area “{said}” in “{property}” can be read in two ways; write it without a mark between the thousands. It was not taken.',
    'finding.stated-area-unclear.zero': 'The stated area “{said}” in “{property}” is not above 0. It was not taken.',
  },
  fr: {
    'place.feature': 'objet {n}',
    'place.record': 'enregistrement {n}',
    'place.row': 'ligne {n} de la table',
    'place.line': 'ligne {n}',
    'place.lines': 'lignes {n} à {to}',
    'place.placemark': 'repère {n}',
    'place.track': 'trace {n}',
    'place.route': 'itinéraire {n}',
    'place.waypoints': 'les points de passage',
    'finding.id':
      'La parcelle ne peut pas être gardée sous son identifiant « {given} », trop long ou avec un caractère non admis. Elle s’appelle {id} tant qu’elle n’a pas d’identifiant plus court et simple.',
    'finding.id.register':
      'L’identifiant « {id} » ne peut pas être utilisé. Donnez-en un autre à la parcelle, ou aucun : le registre en donne un.',
    'finding.id-repeated': 'Une autre parcelle a aussi l’identifiant {id} ({firstPlace}). Donnez à celle-ci le sien.',
    'finding.id-taken': 'Le registre a déjà une parcelle {id} ; il faut à celle-ci un autre identifiant.',
    'finding.draft-used': 'Ce dessin a déjà été remis. Cherchez-le dans le registre.',
    'finding.duplicate.register': 'Une parcelle du registre a exactement ce contour. Modifiez celle-là.',
    'finding.text':
      'Un texte de cette parcelle contient un caractère qui ne peut pas être conservé. Écrivez-le à nouveau.',
    'finding.withdrawn-since':
      'Un import précédent de ce fichier l’a inscrite comme parcelle {id}, retirée depuis. Pour la reprendre, modifiez cette parcelle.',
    'finding.changed-since':
      'Un import précédent de ce fichier l’a inscrite comme parcelle {id}, dont le contour a changé depuis. Pour avoir celui du fichier, modifiez cette parcelle.',
    'finding.no-feature': 'Ce n’est pas un objet GeoJSON « Feature » ; seuls ceux-ci sont lus.',
    'finding.unreadable-row':
      'Cette parcelle ne peut pas être lue ({where}). Enregistrez à nouveau le fichier avec le logiciel dont il vient, ou en GeoJSON.',
    'finding.unreadable-row.known': 'Cette parcelle ne peut pas être lue ({where}) : {fault}.',
    'finding.property-left-out.name':
      'La propriété « {property} » a un nom qui n’est pas accepté ; elle a été laissée de côté.',
    'finding.property-left-out.long-name':
      'Le nom de la propriété « {property} » dépasse {limit} caractères ; elle a été laissée de côté.',
    'finding.property-left-out.inner-name':
      'La propriété « {property} » contient le nom {inner}, qui n’est pas accepté ; elle a été laissée de côté.',
    'finding.property-left-out.long-text':
      'La propriété « {property} » contient {characters} caractères, {limit} au plus sont conservés ; elle a été laissée de côté.',
    'finding.property-left-out.kind':
      'La propriété « {property} » ne contient ni texte, ni nombre, ni liste ; elle a été laissée de côté.',
    'finding.property-left-out.many': 'La parcelle a {properties} propriétés ; les {limit} premières ont été gardées.',
    'finding.corner-order':
      'L’ordre des sommets n’est pas clair : dans « {heading} », un numéro manque ou figure deux fois. Numérotez les sommets 1, 2, 3 et ainsi de suite.',
    'finding.corners-scattered':
      'Les sommets sont à plusieurs endroits de la table et aucune colonne ne donne leur ordre ; ils ont été reliés comme ils viennent. Vérifiez la forme.',
    'finding.corners-in-order':
      'La parcelle est faite de {corners} points de passage, pris pour ses sommets dans l’ordre du fichier.',
    'finding.pieces-joined': 'C’est une ligne en {pieces} morceaux, qui ont été reliés dans leur ordre.',
    'finding.line-as-outline':
      'C’est une ligne qui finit à {gapM} de son début ; elle a été prise pour le contour d’une surface.',
    'finding.parts-gathered':
      'C’est une collection de {parts} {parts|surface|surfaces}, {parts|prise|prises} pour {parts|le contour|les parties} d’une même parcelle.',
    'finding.parts-left-out':
      'À côté de ses surfaces, {count} {count|ligne ou point a été laissé|lignes ou points ont été laissés} de côté.',
    'finding.ring-winding.reversed':
      'Ses anneaux tournent dans l’autre sens que celui des shapefiles ; rien n’en est perdu.',
    'finding.ring-winding.contradicting':
      'Le sens de ses anneaux et leur emboîtement se contredisent : contours et trous ont été distingués par leur sens. Comparez les hectares avec la source.',
    'finding.name-unclear.invisible': 'Le nom dans « {property} » n’a aucune lettre visible ; il n’a pas été repris.',
    'finding.name-unclear.long':
      'Le nom dans « {property} » a {characters} caractères, plus que {limit} ; il n’a pas été repris.',
    'finding.name-cleaned': 'Le nom « {said} » contenait des caractères invisibles ; il a été repris sans eux.',
    'finding.intervention-unclear':
      '« {said} » dans « {property} » n’est pas une intervention connue. Choisissez plantation, semis direct, régénération naturelle assistée, régénération naturelle, agroforesterie ou protection.',
    'finding.intervention-unclear.several':
      '« {said} » dans « {property} » désigne plusieurs interventions. Choisissez plantation, semis direct, régénération naturelle assistée, régénération naturelle, agroforesterie ou protection.',
    'finding.start-date-unclear':
      '« {said} » dans « {property} » n’est pas une date lisible ; écrivez le début comme 2025-06-01.',
    'finding.start-date-unclear.year':
      '« {said} » dans « {property} » est une année sans jour ; écrivez le début comme 2025-06-01.',
    'finding.start-date-unclear.two-ways':
      '« {said} » dans « {property} » se lit de deux façons, le jour ou le mois en premier ; écrivez le début comme 2025-06-01.',
    'finding.start-date-unclear.month':
      '« {said} » dans « {property} » ne nomme aucun mois connu ; écrivez le début comme 2025-06-01.',
    'finding.start-date-unclear.calendar':
      '« {said} » dans « {property} » n’est pas un jour du calendrier ; écrivez le début comme 2025-06-01.',
    'finding.stated-area-unclear':
      'La surface déclarée « {said} » dans « {property} » ne peut pas être lue. Elle n’a pas été reprise.',
    'finding.stated-area-unclear.unit':
      'La surface déclarée « {said} » dans « {property} » n’a pas d’unité ; nommez la colonne « surface_ha » ou « surface_m2 ». Elle n’a pas été reprise.',
    'finding.stated-area-unclear.two-ways':
      'La surface déclarée « {said} » dans « {property} » se lit de deux façons ; écrivez-la sans signe entre les milliers. Elle n’a pas été reprise.',
    'finding.stated-area-unclear.zero':
      'La surface déclarée « {said} » dans « {property} » n’est pas supérieure à 0. Elle n’a pas été reprise.',
  },
  de: {
    'place.feature': 'Objekt {n}',
    'place.record': 'Datensatz {n}',
    'place.row': 'Tabellenzeile {n}',
    'place.line': 'Zeile {n}',
    'place.lines': 'Zeilen {n} bis {to}',
    'place.placemark': 'Ortsmarke {n}',
    'place.track': 'Track {n}',
    'place.route': 'Route {n}',
    'place.waypoints': 'die Wegpunkte',
    'finding.id':
      'Die Parzelle kann nicht unter ihrer Kennung „{given}“ geführt werden, die zu lang ist oder ein unzulässiges Zeichen enthält. Sie heißt {id}, bis sie eine kürzere, einfache Kennung hat.',
    'finding.id.register':
      'Die Kennung „{id}“ kann nicht verwendet werden. Geben Sie der Parzelle eine andere oder keine: Das Register vergibt eine.',
    'finding.id-repeated':
      'Auch eine andere Parzelle hat die Kennung {id} ({firstPlace}). Geben Sie dieser eine eigene.',
    'finding.id-taken': 'Im Register gibt es schon eine Parzelle {id}; diese braucht eine andere Kennung.',
    'finding.draft-used': 'Dieser Entwurf wurde schon eingereicht. Suchen Sie ihn im Register.',
    'finding.duplicate.register': 'Eine Parzelle des Registers hat genau diesen Umriss. Bearbeiten Sie jene.',
    'finding.text':
      'Ein Text dieser Parzelle enthält ein Zeichen, das nicht gespeichert werden kann. Geben Sie ihn neu ein.',
    'finding.withdrawn-since':
      'Ein früherer Import dieser Datei hat sie als Parzelle {id} eingetragen, die seither zurückgezogen wurde. Um sie zurückzuholen, bearbeiten Sie jene Parzelle.',
    'finding.changed-since':
      'Ein früherer Import dieser Datei hat sie als Parzelle {id} eingetragen, deren Umriss sich seither geändert hat. Um den der Datei zu haben, bearbeiten Sie jene Parzelle.',
    'finding.no-feature': 'Das ist kein GeoJSON-„Feature“; nur solche werden gelesen.',
    'finding.unreadable-row':
      'Diese Parzelle ist nicht lesbar ({where}). Speichern Sie die Datei mit dem Programm, aus dem sie stammt, neu oder als GeoJSON.',
    'finding.unreadable-row.known': 'Diese Parzelle ist nicht lesbar ({where}): {fault}.',
    'finding.property-left-out.name':
      'Die Eigenschaft „{property}“ hat einen unzulässigen Namen und wurde weggelassen.',
    'finding.property-left-out.long-name':
      'Der Name der Eigenschaft „{property}“ ist länger als {limit} Zeichen; sie wurde weggelassen.',
    'finding.property-left-out.inner-name':
      'Die Eigenschaft „{property}“ enthält den unzulässigen Namen {inner} und wurde weggelassen.',
    'finding.property-left-out.long-text':
      'Die Eigenschaft „{property}“ enthält {characters} Zeichen, höchstens {limit} werden behalten; sie wurde weggelassen.',
    'finding.property-left-out.kind':
      'Die Eigenschaft „{property}“ enthält weder Text noch Zahl noch Liste und wurde weggelassen.',
    'finding.property-left-out.many':
      'Die Parzelle hat {properties} Eigenschaften; die ersten {limit} wurden behalten.',
    'finding.corner-order':
      'Die Reihenfolge der Ecken ist unklar: In „{heading}“ fehlt eine Nummer oder kommt doppelt vor. Nummerieren Sie die Ecken 1, 2, 3 und so weiter.',
    'finding.corners-scattered':
      'Die Ecken stehen an mehreren Stellen der Tabelle, und keine Spalte gibt ihre Reihenfolge an; sie wurden so verbunden, wie sie stehen. Prüfen Sie die Form.',
    'finding.corners-in-order':
      'Die Parzelle besteht aus {corners} Wegpunkten, die in der Reihenfolge der Datei als Ecken gelesen wurden.',
    'finding.pieces-joined': 'Es ist eine Linie in {pieces} Stücken, die der Reihe nach verbunden wurden.',
    'finding.line-as-outline':
      'Es ist eine Linie, die {gapM} vor ihrem Anfang endet; sie wurde als Umriss einer Fläche gelesen.',
    'finding.parts-gathered':
      'Es ist eine Sammlung von {parts} {parts|Fläche|Flächen}; sie {parts|wurde|wurden} als {parts|Umriss|Teile} einer Parzelle gelesen.',
    'finding.parts-left-out':
      'Neben den Flächen {count|wurde|wurden} {count} {count|Linie oder Punkt|Linien oder Punkte} weggelassen.',
    'finding.ring-winding.reversed':
      'Die Ringe laufen andersherum, als es Shapefiles verlangen; dadurch geht nichts verloren.',
    'finding.ring-winding.contradicting':
      'Die Richtung der Ringe und ihre Lage ineinander widersprechen sich: Umrisse und Löcher wurden nach der Richtung unterschieden. Vergleichen Sie die Hektar mit der Quelle.',
    'finding.name-unclear.invisible':
      'Der Name in „{property}“ hat keinen sichtbaren Buchstaben und wurde nicht übernommen.',
    'finding.name-unclear.long':
      'Der Name in „{property}“ hat {characters} Zeichen, mehr als {limit}, und wurde nicht übernommen.',
    'finding.name-cleaned': 'Der Name „{said}“ enthielt unsichtbare Zeichen; er wurde ohne sie übernommen.',
    'finding.intervention-unclear':
      '„{said}“ in „{property}“ ist keine bekannte Maßnahme. Wählen Sie Pflanzung, Direktsaat, unterstützte Naturverjüngung, Naturverjüngung, Agroforst oder Erhaltung.',
    'finding.intervention-unclear.several':
      '„{said}“ in „{property}“ nennt mehrere Maßnahmen. Wählen Sie Pflanzung, Direktsaat, unterstützte Naturverjüngung, Naturverjüngung, Agroforst oder Erhaltung.',
    'finding.start-date-unclear':
      '„{said}“ in „{property}“ ist kein lesbares Datum; schreiben Sie den Beginn wie 2025-06-01.',
    'finding.start-date-unclear.year':
      '„{said}“ in „{property}“ nennt ein Jahr und keinen Tag; schreiben Sie den Beginn wie 2025-06-01.',
    'finding.start-date-unclear.two-ways':
      '„{said}“ in „{property}“ lässt sich auf zwei Arten lesen, Tag oder Monat zuerst; schreiben Sie den Beginn wie 2025-06-01.',
    'finding.start-date-unclear.month':
      '„{said}“ in „{property}“ nennt keinen bekannten Monat; schreiben Sie den Beginn wie 2025-06-01.',
    'finding.start-date-unclear.calendar':
      '„{said}“ in „{property}“ ist kein Tag des Kalenders; schreiben Sie den Beginn wie 2025-06-01.',
    'finding.stated-area-unclear':
      'Die angegebene Fläche „{said}“ in „{property}“ ist nicht lesbar. Sie wurde nicht übernommen.',
    'finding.stated-area-unclear.unit':
      'Die angegebene Fläche „{said}“ in „{property}“ hat keine Einheit; nennen Sie die Spalte „flaeche_ha“ oder „flaeche_m2“. Sie wurde nicht übernommen.',
    'finding.stated-area-unclear.two-ways':
      'Die angegebene Fläche „{said}“ in „{property}“ lässt sich auf zwei Arten lesen; schreiben Sie sie ohne Zeichen zwischen den Tausendern. Sie wurde nicht übernommen.',
    'finding.stated-area-unclear.zero':
      'Die angegebene Fläche „{said}“ in „{property}“ ist nicht größer als 0. Sie wurde nicht übernommen.',
  },
};
