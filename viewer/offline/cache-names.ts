/** Files of the page itself, by the version of the page. */
export const SHELL_CACHE = 'canopy-shell-';
/** Files of one offline pack, by its id. */
export const PACK_CACHE = 'canopy-pack-';
/** On answers out of a pack: when the pack was fetched, ISO 8601. */
export const PACK_HEADER = 'x-canopy-pack';
