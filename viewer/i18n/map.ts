/** Words of the map and its controls. */
export const mapMessages = {
  en: {
    'map.title': 'map',
  },
  fr: {
    'map.title': 'map',
  },
  de: {
    'map.title': 'map',
  },
} as const;
