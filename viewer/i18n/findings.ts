/**
 * What the check of parcels found, by the name of its rule; `.variant` where a sentence depends on its values. Values come
 * with their units: hectares, metres, degrees, percent.
 */
export const findingMessages = {
  en: {
    'finding.name.outline': 'The outline',
    'finding.name.outline-part': 'The outline of part {part}',
    'finding.name.hole': 'Hole {ring}',
    'finding.name.hole-part': 'Hole {ring} of part {part}',
    'finding.name.part': 'Part {part}',
    'finding.of.parcel': 'of the parcel',
    'finding.of.part': 'of part {part}',
    'finding.other': 'parcel {other}',
    'finding.other.region': 'parcel {other} of {region}',
    'finding.no-geometry': 'There is no outline: draw the parcel, or leave this row out of the file.',
    'finding.geometry-kind': 'The outline is {kind}; only an area (Polygon or MultiPolygon) can be a parcel.',
    'finding.empty':
      'The outline has nothing at {pointer}: draw the parcel again, or remove the empty part from the file.',
    'finding.too-many-vertices': 'The parcel has {vertices} corners; at most {limit} are taken. Simplify it.',
    'finding.position':
      '{pointer} is {got}, not a longitude and a latitude ({count} {count|position|positions} in all). Correct the file.',
    'finding.projected':
      '{pointer} is {x}, {y}: these are not degrees. The coordinates look projected; name their CRS, or save the file in WGS 84 (EPSG:4326).',
    'finding.out-of-range':
      '{pointer} is {lon}, {lat}, but a longitude of −180 to 180 and a latitude of −90 to 90 were wanted. Correct the file.',
    'finding.swapped-axes':
      'The parcel lies at longitude {lon}, latitude {lat}, outside {region}; with the two swapped it lies inside. Look at the map: was latitude written first?',
    'finding.swapped-axes.earth':
      'The parcel lies at longitude {lon}, latitude {lat}, which is not on Earth; with the two swapped it would be. Look at the map: was latitude written first?',
    'finding.antimeridian': '{name} crosses the 180° meridian and has to be cut into parts on either side.',
    'finding.pole': '{name} runs round a pole, where it has no inside. Divide it.',
    'finding.short-ring':
      '{name} has {corners} different {corners|corner|corners}; an area needs 3 or more. Draw it again, or remove it.',
    'finding.zero-area': '{name} folds onto itself and has no area. Draw it again.',
    'finding.unclosed-ring':
      '{name} is not closed: {gapM} lie between its end and its start. Look whether corners are missing.',
    'finding.self-crossing':
      '{name} crosses itself here, so it is not clear what is inside. Move its corners, or take the proposal.',
    'finding.self-crossing.many':
      '{name} crosses itself at {count} places, the first of them here, so it is not clear what is inside. Move its corners, or take the proposal.',
    'finding.self-touching':
      '{name} touches itself here, which leaves open what is inside. Move its corners, or take the proposal.',
    'finding.hole-outside': 'A hole {of} lies outside its outline. Move it, or remove it.',
    'finding.hole-crossing':
      'A hole {of} crosses the outline or another hole, or shares a border with it. Draw it again, or take the proposal.',
    'finding.nested-holes': 'A hole {of} lies inside another hole. Remove one of them.',
    'finding.nested-parts':
      'One part of the parcel lies inside another, so that its ground would count twice. Remove one.',
    'finding.overlapping-parts':
      'Two parts of the parcel overlap or share a border, so that ground would count twice. Draw them as one, or take the proposal.',
    'finding.not-valid': 'The outline is not a valid area here. Draw it again.',
    'finding.too-small':
      'The parcel has {parcelHa}; at least {limitHa} are wanted. Look whether all of it was drawn, or join it with its neighbour.',
    'finding.too-large': 'The parcel has {parcelHa}; at most {limitHa} are taken. Divide it.',
    'finding.outside-region':
      '{insidePct} of the parcel lie inside {region}; at least {limitPct} are wanted. Look at the border, or take the proposal.',
    'finding.outside-region.wholly':
      'The parcel lies outside {region}. Choose the right region, or correct the coordinates.',
    'finding.duplicate': 'This is the same ground as {otherName} ({sharedPct} of both). Keep one of them.',
    'finding.overlap':
      '{overlapHa} are also claimed by {otherName} ({sharedPct} of the smaller one) and would be paid twice. Find out whose they are.',
    'finding.start-date': 'The start date is {got}; a day such as 2025-06-01 was wanted. Correct it.',
    'finding.spike':
      'The outline has a spike: {lengthM} long, with an angle of {angleDeg}. Look whether a corner was set by mistake.',
    'finding.spike.many':
      'The outline has {count} spikes, the sharpest {lengthM} long, with an angle of {angleDeg}. Look whether corners were set by mistake.',
    'finding.sliver-part':
      '{count} {count|part|parts} of the parcel {count|is|are} thinner than {limitM} on average ({widthM}), as cutting leaves them. Remove them, or take the proposal.',
    'finding.sliver-hole':
      '{count} {count|hole|holes} of the parcel {count|is|are} thinner than {limitM} on average ({widthM}). Fill them, or take the proposal.',
    'finding.sliver':
      'The parcel is {widthM} wide on average, less than {limitM}. Look whether it is a leftover of a cut.',
    'finding.narrower-than-pixel':
      'The parcel is at most {widthM} wide: no pixel of {pixelM} lies wholly inside, so it is too small to be monitored by itself.',
    'finding.stated-area':
      'Stated are {statedHa}, measured {parcelHa}: {statedPct}, but {lowPct} to {highPct} were wanted. Correct the outline or the stated area.',
    'finding.start-date-unlikely':
      'The start date is {got}; a day from {first} to {last} was expected. Correct it, or confirm it.',
    'finding.missing-attribute': '{attribute} is missing. Fill it in.',
    'finding.missing-attribute.name': 'The name is missing: give one that people there know.',
    'finding.missing-attribute.intervention': 'The intervention is missing: choose what is planned.',
    'finding.missing-attribute.startDate': 'The start date is missing: give the day on which the work starts.',
    'finding.missing-attribute.tenureOrConsent': 'A record of tenure or of consent is missing: name one of them.',
    'finding.partly-outside-region': '{insidePct} of the parcel lie inside {region}; the rest lies beyond its border.',
    'finding.overlapped':
      '{otherName}, later in the file, also claims {overlapHa} of this one ({sharedPct} of the smaller one).',
    'finding.duplicate-points': '{count} {count|corner repeats|corners repeat} the one before; this changes no area.',
    'finding.winding':
      '{count} {count|ring runs|rings run} the other way round than usual; turned when registered, which changes no area.',
    'finding.z-dropped': '{count} {count|corner has|corners have} a height; heights are not kept.',
    'mend.read-as-polygon': 'Read the coordinates as the outline of an area',
    'mend.swap-axes': 'Swap longitude and latitude',
    'mend.split-antimeridian': 'Cut at the 180° meridian into parts',
    'mend.close-ring': 'Close the ring with a straight line',
    'mend.drop-ring': 'Remove the hole that encloses nothing',
    'mend.drop-part': 'Remove the part',
    'mend.make-valid': 'Redraw the outline so that it does not cross itself',
    'mend.merge-parts': 'Join the parts, so that all ground counts once',
    'mend.cut-region': 'Keep only what lies inside the region',
    'mend.leave-out': 'Leave this parcel out and keep the other',
    'mend.cut-overlap': 'Cut off the shared ground',
    'mend.cut-spike': 'Cut off the spike',
    'mend.fill-hole': 'Fill the hole',
    'mend.drop-duplicate-points': 'Remove the repeated corners',
    'mend.other': 'Change the outline',
  },
  fr: {
    'finding.name.outline': 'Le contour',
    'finding.name.outline-part': 'Le contour de la partie {part}',
    'finding.name.hole': 'Le trou {ring}',
    'finding.name.hole-part': 'Le trou {ring} de la partie {part}',
    'finding.name.part': 'Le contour de la partie {part}',
    'finding.of.parcel': 'de la parcelle',
    'finding.of.part': 'de la partie {part}',
    'finding.other': 'la parcelle {other}',
    'finding.other.region': 'la parcelle {other} ({region})',
    'finding.no-geometry': 'Il n’y a pas de contour : dessinez la parcelle, ou retirez cette ligne du fichier.',
    'finding.geometry-kind':
      'Le contour est de type {kind} ; seule une surface (Polygon ou MultiPolygon) peut être une parcelle.',
    'finding.empty':
      'Le contour ne contient rien à {pointer} : redessinez la parcelle, ou retirez la partie vide du fichier.',
    'finding.too-many-vertices': 'La parcelle a {vertices} sommets ; {limit} au plus sont acceptés. Simplifiez-la.',
    'finding.position':
      '{pointer} vaut {got}, et non une longitude et une latitude ({count} {count|position|positions} en tout). Corrigez le fichier.',
    'finding.projected':
      '{pointer} vaut {x}, {y} : ce ne sont pas des degrés. Les coordonnées semblent projetées ; indiquez leur système, ou enregistrez le fichier en WGS 84 (EPSG:4326).',
    'finding.out-of-range':
      '{pointer} vaut {lon}, {lat}, mais une longitude de −180 à 180 et une latitude de −90 à 90 sont attendues. Corrigez le fichier.',
    'finding.swapped-axes':
      'La parcelle est à la longitude {lon}, latitude {lat}, hors de {region} ; si on échange les deux, elle est dedans. Voyez la carte : la latitude a-t-elle été écrite en premier ?',
    'finding.swapped-axes.earth':
      'La parcelle est à la longitude {lon}, latitude {lat}, un lieu qui n’existe pas ; si on échange les deux, il existe. Voyez la carte : la latitude a-t-elle été écrite en premier ?',
    'finding.antimeridian': '{name} traverse le méridien 180° et doit y être coupé en deux parties.',
    'finding.pole': '{name} fait le tour d’un pôle, où il n’a pas d’intérieur. Divisez-le.',
    'finding.short-ring':
      '{name} a {corners} {corners|sommet différent|sommets différents} ; il en faut au moins 3. Redessinez-le, ou retirez-le.',
    'finding.zero-area': '{name} se replie sur lui-même et n’a pas de surface. Redessinez-le.',
    'finding.unclosed-ring':
      '{name} n’est pas fermé : {gapM} séparent sa fin de son début. Vérifiez s’il manque des sommets.',
    'finding.self-crossing':
      '{name} se croise ici : on ne sait pas ce qui est à l’intérieur. Déplacez ses sommets, ou acceptez la proposition.',
    'finding.self-crossing.many':
      '{name} se croise à {count} endroits, dont le premier ici : on ne sait pas ce qui est à l’intérieur. Déplacez ses sommets, ou acceptez la proposition.',
    'finding.self-touching':
      '{name} se touche ici, et on ne sait pas ce qui est à l’intérieur. Déplacez ses sommets, ou acceptez la proposition.',
    'finding.hole-outside': 'Un trou {of} est hors de son contour. Déplacez-le, ou retirez-le.',
    'finding.hole-crossing':
      'Un trou {of} croise le contour ou un autre trou, ou partage un bord avec lui. Redessinez-le, ou acceptez la proposition.',
    'finding.nested-holes': 'Un trou {of} est à l’intérieur d’un autre trou. Retirez l’un des deux.',
    'finding.nested-parts':
      'Une partie de la parcelle est à l’intérieur d’une autre : ce terrain compterait deux fois. Retirez l’une des deux.',
    'finding.overlapping-parts':
      'Deux parties de la parcelle se chevauchent ou partagent un bord : ce terrain compterait deux fois. Dessinez-les en une seule, ou acceptez la proposition.',
    'finding.not-valid': 'Le contour n’est pas une surface valable ici. Redessinez-le.',
    'finding.too-small':
      'La parcelle fait {parcelHa} ; il faut au moins {limitHa}. Vérifiez si elle est dessinée en entier, ou réunissez-la à sa voisine.',
    'finding.too-large': 'La parcelle fait {parcelHa} ; {limitHa} au plus sont acceptés. Divisez-la.',
    'finding.outside-region':
      '{insidePct} de la parcelle sont dans {region} ; il en faut au moins {limitPct}. Voyez la limite, ou acceptez la proposition.',
    'finding.outside-region.wholly':
      'La parcelle est hors de {region}. Choisissez la bonne région, ou corrigez les coordonnées.',
    'finding.duplicate': 'C’est le même terrain que {otherName} ({sharedPct} des deux). Gardez une seule des deux.',
    'finding.overlap':
      '{overlapHa} sont aussi revendiqués par {otherName} ({sharedPct} de la plus petite) et seraient payés deux fois. Cherchez à qui ils sont.',
    'finding.start-date': 'La date de début est {got} ; un jour comme 2025-06-01 est attendu. Corrigez-la.',
    'finding.spike':
      'Le contour a une pointe : {lengthM} de long, avec un angle de {angleDeg}. Vérifiez si un sommet a été posé par erreur.',
    'finding.spike.many':
      'Le contour a {count} pointes, la plus aiguë longue de {lengthM}, avec un angle de {angleDeg}. Vérifiez si des sommets ont été posés par erreur.',
    'finding.sliver-part':
      '{count} {count|partie|parties} de la parcelle {count|fait|font} moins de {limitM} de large en moyenne ({widthM}), comme en laisse une découpe. Retirez-les, ou acceptez la proposition.',
    'finding.sliver-hole':
      '{count} {count|trou|trous} de la parcelle {count|fait|font} moins de {limitM} de large en moyenne ({widthM}). Comblez-les, ou acceptez la proposition.',
    'finding.sliver':
      'La parcelle fait {widthM} de large en moyenne, moins de {limitM}. Vérifiez si c’est le reste d’une découpe.',
    'finding.narrower-than-pixel':
      'La parcelle fait au plus {widthM} de large : aucun pixel de {pixelM} n’est entièrement dedans, elle est trop petite pour être suivie seule.',
    'finding.stated-area':
      '{statedHa} sont déclarés, {parcelHa} sont mesurés : {statedPct}, mais {lowPct} à {highPct} sont attendus. Corrigez le contour ou la surface déclarée.',
    'finding.start-date-unlikely':
      'La date de début est {got} ; un jour du {first} au {last} est attendu. Corrigez-la, ou confirmez-la.',
    'finding.missing-attribute': 'Il manque : {attribute}. Complétez.',
    'finding.missing-attribute.name': 'Le nom manque : donnez-en un que les gens du lieu connaissent.',
    'finding.missing-attribute.intervention': 'L’intervention manque : choisissez ce qui est prévu.',
    'finding.missing-attribute.startDate': 'La date de début manque : donnez le jour où les travaux commencent.',
    'finding.missing-attribute.tenureOrConsent':
      'Il manque une preuve du droit foncier ou du consentement : indiquez l’une des deux.',
    'finding.partly-outside-region': '{insidePct} de la parcelle sont dans {region} ; le reste dépasse sa limite.',
    'finding.overlapped':
      '{otherName}, plus loin dans le fichier, revendique aussi {overlapHa} de celle-ci ({sharedPct} de la plus petite).',
    'finding.duplicate-points':
      '{count} {count|sommet répète|sommets répètent} le précédent ; la surface n’en change pas.',
    'finding.winding':
      '{count} {count|anneau tourne|anneaux tournent} dans l’autre sens que d’habitude ; corrigé à l’enregistrement, la surface n’en change pas.',
    'finding.z-dropped': '{count} {count|sommet a|sommets ont} une altitude ; les altitudes ne sont pas conservées.',
    'mend.read-as-polygon': 'Lire les coordonnées comme le contour d’une surface',
    'mend.swap-axes': 'Échanger longitude et latitude',
    'mend.split-antimeridian': 'Couper en parties au méridien 180°',
    'mend.close-ring': 'Fermer l’anneau par une ligne droite',
    'mend.drop-ring': 'Retirer le trou qui n’enferme rien',
    'mend.drop-part': 'Retirer la partie',
    'mend.make-valid': 'Redessiner le contour pour qu’il ne se croise plus',
    'mend.merge-parts': 'Réunir les parties, pour que tout terrain compte une fois',
    'mend.cut-region': 'Ne garder que ce qui est dans la région',
    'mend.leave-out': 'Écarter cette parcelle et garder l’autre',
    'mend.cut-overlap': 'Retrancher le terrain commun',
    'mend.cut-spike': 'Couper la pointe',
    'mend.fill-hole': 'Combler le trou',
    'mend.drop-duplicate-points': 'Retirer les sommets répétés',
    'mend.other': 'Modifier le contour',
  },
  de: {
    'finding.name.outline': 'Der Umriss',
    'finding.name.outline-part': 'Der Umriss von Teil {part}',
    'finding.name.hole': 'Das Loch {ring}',
    'finding.name.hole-part': 'Das Loch {ring} von Teil {part}',
    'finding.name.part': 'Der Umriss von Teil {part}',
    'finding.of.parcel': 'der Parzelle',
    'finding.of.part': 'von Teil {part}',
    'finding.other': 'Parzelle {other}',
    'finding.other.region': 'Parzelle {other} ({region})',
    'finding.no-geometry': 'Es gibt keinen Umriss: Zeichnen Sie die Parzelle, oder lassen Sie diese Zeile weg.',
    'finding.geometry-kind':
      'Der Umriss ist vom Typ {kind}; nur eine Fläche (Polygon oder MultiPolygon) kann eine Parzelle sein.',
    'finding.empty':
      'Der Umriss hat bei {pointer} nichts: Zeichnen Sie die Parzelle neu, oder entfernen Sie den leeren Teil aus der Datei.',
    'finding.too-many-vertices':
      'Die Parzelle hat {vertices} Ecken; höchstens {limit} werden angenommen. Vereinfachen Sie sie.',
    'finding.position':
      '{pointer} ist {got}, nicht Länge und Breite (insgesamt {count} {count|Position|Positionen}). Berichtigen Sie die Datei.',
    'finding.projected':
      '{pointer} ist {x}, {y}: Das sind keine Grade. Die Koordinaten sehen projiziert aus; nennen Sie ihr System, oder speichern Sie die Datei in WGS 84 (EPSG:4326).',
    'finding.out-of-range':
      '{pointer} ist {lon}, {lat}, erwartet werden eine Länge von −180 bis 180 und eine Breite von −90 bis 90. Berichtigen Sie die Datei.',
    'finding.swapped-axes':
      'Die Parzelle liegt auf Länge {lon}, Breite {lat}, außerhalb von {region}; vertauscht liegt sie darin. Sehen Sie auf die Karte: Wurde die Breite zuerst geschrieben?',
    'finding.swapped-axes.earth':
      'Die Parzelle liegt auf Länge {lon}, Breite {lat}; diesen Ort gibt es nicht, vertauscht gäbe es ihn. Sehen Sie auf die Karte: Wurde die Breite zuerst geschrieben?',
    'finding.antimeridian': '{name} kreuzt den 180. Längengrad und muss dort in zwei Teile geschnitten werden.',
    'finding.pole': '{name} läuft um einen Pol, wo es kein Innen gibt. Teilen Sie die Parzelle.',
    'finding.short-ring':
      '{name} hat {corners} verschiedene {corners|Ecke|Ecken}; eine Fläche braucht mindestens 3. Zeichnen Sie neu, oder entfernen Sie das Stück.',
    'finding.zero-area': '{name} faltet sich auf sich selbst und hat keine Fläche. Zeichnen Sie neu.',
    'finding.unclosed-ring':
      '{name} ist nicht geschlossen: {gapM} liegen zwischen Ende und Anfang. Prüfen Sie, ob Ecken fehlen.',
    'finding.self-crossing':
      '{name} kreuzt sich hier; was innen ist, bleibt unklar. Verschieben Sie Ecken, oder nehmen Sie den Vorschlag an.',
    'finding.self-crossing.many':
      '{name} kreuzt sich an {count} Stellen, an der ersten hier; was innen ist, bleibt unklar. Verschieben Sie Ecken, oder nehmen Sie den Vorschlag an.',
    'finding.self-touching':
      '{name} berührt sich hier selbst; was innen ist, bleibt unklar. Verschieben Sie Ecken, oder nehmen Sie den Vorschlag an.',
    'finding.hole-outside': 'Ein Loch {of} liegt außerhalb seines Umrisses. Verschieben oder entfernen Sie es.',
    'finding.hole-crossing':
      'Ein Loch {of} kreuzt den Umriss oder ein anderes Loch oder hat einen Rand mit ihm gemeinsam. Zeichnen Sie es neu, oder nehmen Sie den Vorschlag an.',
    'finding.nested-holes': 'Ein Loch {of} liegt in einem anderen Loch. Entfernen Sie eines von beiden.',
    'finding.nested-parts':
      'Ein Teil der Parzelle liegt in einem anderen; dieser Boden würde doppelt zählen. Entfernen Sie einen.',
    'finding.overlapping-parts':
      'Zwei Teile der Parzelle überlappen sich oder haben einen gemeinsamen Rand; Boden würde doppelt zählen. Zeichnen Sie sie als einen, oder nehmen Sie den Vorschlag an.',
    'finding.not-valid': 'Der Umriss ist hier keine gültige Fläche. Zeichnen Sie neu.',
    'finding.too-small':
      'Die Parzelle hat {parcelHa}; mindestens {limitHa} sind nötig. Prüfen Sie, ob sie ganz gezeichnet ist, oder verbinden Sie sie mit der Nachbarin.',
    'finding.too-large': 'Die Parzelle hat {parcelHa}; höchstens {limitHa} werden angenommen. Teilen Sie sie.',
    'finding.outside-region':
      '{insidePct} der Parzelle liegen in {region}; mindestens {limitPct} sind nötig. Sehen Sie auf die Grenze, oder nehmen Sie den Vorschlag an.',
    'finding.outside-region.wholly':
      'Die Parzelle liegt außerhalb von {region}. Wählen Sie die richtige Region, oder berichtigen Sie die Koordinaten.',
    'finding.duplicate': 'Das ist derselbe Boden wie {otherName} ({sharedPct} von beiden). Behalten Sie eine.',
    'finding.overlap':
      '{overlapHa} beansprucht auch {otherName} ({sharedPct} der kleineren); sie würden doppelt bezahlt. Klären Sie, wem sie gehören.',
    'finding.start-date': 'Das Anfangsdatum ist {got}; erwartet wird ein Tag wie 2025-06-01. Berichtigen Sie es.',
    'finding.spike':
      'Der Umriss hat eine Spitze: {lengthM} lang, mit einem Winkel von {angleDeg}. Prüfen Sie, ob eine Ecke aus Versehen gesetzt wurde.',
    'finding.spike.many':
      'Der Umriss hat {count} Spitzen, die schärfste {lengthM} lang, mit einem Winkel von {angleDeg}. Prüfen Sie, ob Ecken aus Versehen gesetzt wurden.',
    'finding.sliver-part':
      '{count} {count|Teil|Teile} der Parzelle {count|ist|sind} im Mittel schmaler als {limitM} ({widthM}), wie sie beim Schneiden übrig bleiben. Entfernen Sie sie, oder nehmen Sie den Vorschlag an.',
    'finding.sliver-hole':
      '{count} {count|Loch|Löcher} der Parzelle {count|ist|sind} im Mittel schmaler als {limitM} ({widthM}). Füllen Sie sie, oder nehmen Sie den Vorschlag an.',
    'finding.sliver':
      'Die Parzelle ist im Mittel {widthM} breit, weniger als {limitM}. Prüfen Sie, ob sie beim Schneiden übrig blieb.',
    'finding.narrower-than-pixel':
      'Die Parzelle ist höchstens {widthM} breit: Kein Pixel von {pixelM} liegt ganz darin, allein ist sie zu klein für die Beobachtung.',
    'finding.stated-area':
      'Angegeben sind {statedHa}, gemessen {parcelHa}: {statedPct}, erwartet {lowPct} bis {highPct}. Berichtigen Sie den Umriss oder die Angabe.',
    'finding.start-date-unlikely':
      'Das Anfangsdatum ist {got}; erwartet wird ein Tag vom {first} bis zum {last}. Berichtigen oder bestätigen Sie es.',
    'finding.missing-attribute': 'Es fehlt: {attribute}. Ergänzen Sie es.',
    'finding.missing-attribute.name': 'Der Name fehlt: Geben Sie einen an, den man dort kennt.',
    'finding.missing-attribute.intervention': 'Die Maßnahme fehlt: Wählen Sie, was geplant ist.',
    'finding.missing-attribute.startDate': 'Das Anfangsdatum fehlt: Geben Sie den Tag an, an dem die Arbeit beginnt.',
    'finding.missing-attribute.tenureOrConsent':
      'Ein Nachweis über Landrecht oder Einwilligung fehlt: Nennen Sie einen von beiden.',
    'finding.partly-outside-region': '{insidePct} der Parzelle liegen in {region}; der Rest liegt jenseits der Grenze.',
    'finding.overlapped':
      '{otherName}, weiter hinten in der Datei, beansprucht auch {overlapHa} von dieser ({sharedPct} der kleineren).',
    'finding.duplicate-points':
      '{count} {count|Ecke wiederholt|Ecken wiederholen} die vorige; das ändert keine Fläche.',
    'finding.winding':
      '{count} {count|Ring läuft|Ringe laufen} andersherum als üblich; beim Eintragen gewendet, das ändert keine Fläche.',
    'finding.z-dropped': '{count} {count|Ecke hat|Ecken haben} eine Höhe; Höhen werden nicht behalten.',
    'mend.read-as-polygon': 'Die Koordinaten als Umriss einer Fläche lesen',
    'mend.swap-axes': 'Länge und Breite tauschen',
    'mend.split-antimeridian': 'Am 180. Längengrad in Teile schneiden',
    'mend.close-ring': 'Den Ring mit einer geraden Linie schließen',
    'mend.drop-ring': 'Das Loch entfernen, das nichts umschließt',
    'mend.drop-part': 'Den Teil entfernen',
    'mend.make-valid': 'Den Umriss so neu ziehen, dass er sich nicht kreuzt',
    'mend.merge-parts': 'Die Teile verbinden, damit jeder Boden einmal zählt',
    'mend.cut-region': 'Nur behalten, was in der Region liegt',
    'mend.leave-out': 'Diese Parzelle weglassen und die andere behalten',
    'mend.cut-overlap': 'Den gemeinsamen Boden abschneiden',
    'mend.cut-spike': 'Die Spitze abschneiden',
    'mend.fill-hole': 'Das Loch füllen',
    'mend.drop-duplicate-points': 'Die wiederholten Ecken entfernen',
    'mend.other': 'Den Umriss ändern',
  },
};
