/** Words of the frame round everything: header, layers, comparison, banners, export. */
export const shellMessages = {
  en: {
    'shell.title': 'shell',
  },
  fr: {
    'shell.title': 'shell',
  },
  de: {
    'shell.title': 'shell',
  },
} as const;
