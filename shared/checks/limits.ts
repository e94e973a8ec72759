/** Mean width (twice the area over the perimeter) below which a part, hole or parcel is a sliver, metres. */
export const SLIVER_WIDTH_M = 2;

/** A sharp corner with a side shorter than this is a kink of drawing, below what a GPS can tell, metres. */
export const SPIKE_LEAST_M = 1;

/** A spike that carries more of the parcel than this is its shape: nothing is proposed, percent. */
export const SPIKE_SHARE_PCT = 10;

/** Shared ground, as a share of each of two parcels, from which they are the same parcel, percent. */
export const DUPLICATE_PCT = 95;

/** Shared ground, as a share of the smaller parcel, from which the later one cannot be registered, percent. */
export const OVERLAP_ERROR_PCT = 5;

/** First day that a start date is believed on, and how many years after today it may lie. */
export const FIRST_START_DAY = '1980-01-01';
export const LAST_START_YEARS = 10;
