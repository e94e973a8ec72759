import type { WriteRequest, Written } from './export-parcels.ts';

/** GeoJSON (RFC 7946), one line a parcel; attribution and origin as foreign members of the collection. Nothing is lost. */
export function writeGeojson({ table, name, provenance }: WriteRequest): Written {
  const head = JSON.stringify({ type: 'FeatureCollection', name, ...provenance }).slice(0, -1);
  const features = table.rows.map(({ id, geometry, values }) => {
    // Object.fromEntries defines names such as __proto__ as plain members.
    const properties = Object.fromEntries(values);
    return JSON.stringify({ type: 'Feature', id, properties, geometry });
  });
  const text = `${head},"features":[\n${features.join(',\n')}\n]}\n`;
  return { files: [{ name: `${name}.geojson`, bytes: new TextEncoder().encode(text) }], limits: [] };
}
