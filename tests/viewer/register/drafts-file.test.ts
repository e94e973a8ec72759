import { describe, expect, it } from 'vitest';
import { newDraft } from '../../../viewer/delineate/begin-draft.ts';
import { draftsFile } from '../../../viewer/register/drafts-file.ts';

const attributes = {
  name: 'North field',
  intervention: 'planting',
  startDate: '2026-11-01',
  tenure: 'Title 42',
  consent: 'Signed by Awa',
  statedHa: 4.5,
  more: { TELEPHONE: '+229 01 00 00 00' },
} as const;
const draft = { ...newDraft({ kind: 'drawn', attributes, regionId: 'copargo' }), edits: { id: 'c-1', version: 3 } };

describe('drafts saved as a file', () => {
  it('hold none of 3 personal texts unless they are asked for', () => {
    const text = draftsFile([draft], { personal: false });
    for (const secret of ['Title 42', 'Signed by Awa', '+229']) expect(text).not.toContain(secret);
    expect(JSON.parse(text).features[0]).toMatchObject({
      id: draft.draftId,
      properties: { name: 'North field', statedHa: 4.5, edits: 'c-1', version: 3 },
    });
  });

  it('hold all of them once they are', () => {
    const [feature] = JSON.parse(draftsFile([draft], { personal: true })).features;
    expect(feature.properties).toMatchObject({ tenure: 'Title 42', consent: 'Signed by Awa', more: attributes.more });
  });
});
