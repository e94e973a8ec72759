import type { Draft } from '../delineate/drafts.ts';

/**
 * Drafts as GeoJSON. Without `personal` tenure and consent stay out, and with them every further column of the files that
 * drafts came from: names and phone numbers may stand in any of them.
 */
export function draftsFile(drafts: readonly Draft[], { personal }: { readonly personal: boolean }): string {
  const features = drafts.map(({ draftId, geometry, attributes, edits, reason }) => {
    const { tenure, consent, more, ...plain } = attributes;
    const said = personal ? { ...plain, tenure, consent, more } : plain;
    return {
      type: 'Feature',
      id: draftId,
      properties: { ...said, edits: edits?.id ?? null, version: edits?.version ?? null, reason },
      geometry,
    };
  });
  return JSON.stringify({ type: 'FeatureCollection', features }, null, 1);
}
