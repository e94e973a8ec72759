/** Words of parcel table, parcel panel, time slider and twin page. */
export const parcelMessages = {
  en: {
    'parcel.title': 'parcel',
  },
  fr: {
    'parcel.title': 'parcel',
  },
  de: {
    'parcel.title': 'parcel',
  },
} as const;
