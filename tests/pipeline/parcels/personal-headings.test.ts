import { describe, expect, it } from 'vitest';
import { EXPORT_FORMATS, exportParcels } from '../../../pipeline/parcels/export/export-parcels.ts';
import { attributesOf } from '../../../pipeline/parcels/formats/attributes.ts';
import { readParcelFile } from '../../../pipeline/parcels/formats/read-file.ts';
import { isPersonalHeading, withoutPersonal } from '../../../pipeline/parcels/personal-headings.ts';
import type { JsonValue } from '../../../shared/parcel-check.ts';
import { version } from './export/sample-versions.ts';

const PERSONAL = (
  'Propriétaire|PROPRIETAIRE|proprietai|nom_proprietaire|NomPropriétaire|landowner|Land Owner|owner_name|exploitant|' +
  'nom_exploi|farmer|FarmerName|téléphone|Telephone|phone_no|tel|Tél.|num_tel|email|E-Mail|contact|Contacts|' +
  'Eigentümer|Eigentuemer|Grundstückseigentümer|bénéficiaire|Beneficiai|Technicien|technicien_suivi|titre_foncier|' +
  'Titre foncier n°|titre_fonc|land_title|land title 2|tenure|tenure_2|TENURE_TYPE|statut_foncier|consent|FPIC|clip|' +
  'Consentement éclairé|Accord|Einwilligung|Pächter|Besitzer|prénom|first name|last_name|surname|Vorname|chef_menage|' +
  'collected_by|created_user|adresse|date_naissance|signature'
).split('|');
const PLAIN = (
  'species|trees|num_trees|distr|target_sys|soil|slope|fenced|Surface (h|Surface (m|essence|village|commune|site_id|' +
  'poly_id|project_id|num_par|num_parcelle|agriculture|Landwirtschaft|fonction|exploitation|production|productivity|' +
  'famille|planted|remaillage|description|reviewer_note|titre|date_plantation|agroforesterie|property_1|town_erosion|id'
).split('|');

describe('which headings are about people', () => {
  it.each(PERSONAL)('"%s" is', (heading) => expect(isPersonalHeading(heading)).toBe(true));
  it.each(PLAIN)('"%s" is not', (heading) => expect(isPersonalHeading(heading)).toBe(false));

  it('a record that names an owner inside is left out whole, and a heading "__proto__" changes nothing', () => {
    const given = JSON.parse('{"plot":{"people":[{"owner":"Chabi"}]},"__proto__":{"x":1},"soil":{"ph":5}}');
    const { more, leftOut } = withoutPersonal(given as Record<string, JsonValue>);
    expect([leftOut, Object.keys(more)]).toEqual([['plot'], ['__proto__', 'soil']]);
  });
});

describe('attributes about people in files', () => {
  const properties = {
    tenure: 'Attestation 12',
    titre_foncier: 'TF 881 Chabi',
    consent: ['Chabi signed'],
    foncier: { deed: 'Chabi' },
    Propriétaire: 'Chabi Bio',
    téléphone: '+229 Chabi',
    species: 'Khaya',
  };
  const { attributes } = attributesOf(properties);
  const parcels = [version('P-1', { attributes })];
  const provenance = { attribution: [], synthetic: false };
  const write = (format: (typeof EXPORT_FORMATS)[number], withPersonal: boolean) =>
    exportParcels(parcels, { format, withPersonal, name: 'parcels', provenance });

  it('stay in the register: the second tenure, the list and the record too', () => {
    expect(Object.keys(attributes.more)).toEqual([
      'titre_foncier',
      'consent',
      'foncier',
      'Propriétaire',
      'téléphone',
      'species',
    ]);
  });

  it.each(EXPORT_FORMATS)('%s: none of 5 goes out unless asked for, and the report names them', async (format) => {
    const { files, report } = await write(format, false);
    const { candidates } = await readParcelFile(files[0]!.bytes, {
      name: files[0]!.name,
      assumeCrs: null,
      layer: null,
    });
    const { tenure, consent, more } = candidates[0]!.attributes;
    expect([tenure, consent, more.species]).toEqual([null, null, 'Khaya']);
    expect(Object.keys(more).filter(isPersonalHeading)).toEqual([]);
    for (const { bytes } of files) expect(Buffer.from(bytes).toString('latin1')).not.toContain('Chabi');
    expect(report.limits).toContain(
      'Attributes left out as personal: "titre_foncier", "consent", "foncier", "Propriétaire", "téléphone".',
    );
  });

  it('all come back from GeoJSON when asked for', async () => {
    const { files, report } = await write('geojson', true);
    const text = Buffer.from(files[0]!.bytes).toString('utf8');
    expect(text.match(/Chabi/g)!.length).toBe(5);
    expect(report.limits.join(' ')).not.toContain('personal');
  });
});
