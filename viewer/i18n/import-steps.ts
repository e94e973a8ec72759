/** Words of a file on its way into the register: what holds it up, and what came of it later. */
export const importStepMessages = {
  en: {
    'import.no-register':
      'The register cannot be opened yet, or another program is using it: it knows the regions that parcels belong to. The file has not been sent; try again in a moment.',
    'import.late': '{name}: {count} {count|parcel is|parcels are} registered.',
    'import.late.none': '{name}: nothing was registered.',
    'import.give-id': 'Let the register give an id',
    'import.id-given': 'The register gives this parcel its id.',
  },
  fr: {
    'import.no-register':
      'Le registre ne peut pas encore être ouvert, ou un autre programme s’en sert : c’est lui qui connaît les régions des parcelles. Le fichier n’a pas été envoyé ; réessayez dans un moment.',
    'import.late': '{name} : {count} {count|parcelle est enregistrée|parcelles sont enregistrées}.',
    'import.late.none': '{name} : rien n’a été enregistré.',
    'import.give-id': 'Laisser le registre donner un identifiant',
    'import.id-given': 'Le registre donne son identifiant à cette parcelle.',
  },
  de: {
    'import.no-register':
      'Das Register lässt sich noch nicht öffnen, oder ein anderes Programm benutzt es: Es kennt die Regionen der Parzellen. Die Datei wurde nicht gesendet; versuchen Sie es gleich noch einmal.',
    'import.late': '{name}: {count} {count|Parzelle ist|Parzellen sind} eingetragen.',
    'import.late.none': '{name}: Es wurde nichts eingetragen.',
    'import.give-id': 'Das Register eine Kennung geben lassen',
    'import.id-given': 'Das Register gibt dieser Parzelle ihre Kennung.',
  },
};
