import { firstText, type JsonObject } from './json.ts';

/** Facts of a Sentinel-2 or Landsat product, from its properties or from the names that ESA and USGS build of them. */

const S2_PRODUCT = /^S2([A-D])_MSIL2A_(\d{8}T\d{6})_(?:N(\d{2})(\d{2})_)?R\d{3}_T\w{5}_(\d{8}T\d{6})/;

const PRODUCT_NAMES = ['s2:product_uri', 'sentinel:product_id', 's2:product_id'];

/** Processing baseline such as `05.09`; null where neither a property nor the product's name gives it. */
export function baselineOf(properties: JsonObject): string | null {
  const stated = firstText(properties, [
    's2:processing_baseline',
    'sentinel:processing_baseline',
    'processing:version',
  ]);
  if (stated !== null && /^\d{2}\.\d{2}$/.test(stated)) return stated;
  const product = S2_PRODUCT.exec(firstText(properties, PRODUCT_NAMES) ?? '');
  if (product?.[3] !== undefined) return `${product[3]}.${product[4]}`;
  return /_N(\d{2}\.\d{2})$/.exec(firstText(properties, ['s2:datatake_id', 's2:datastrip_id']) ?? '')?.[1] ?? null;
}

/** The datatake without its baseline, `GS2A_20230815T095031_042547`; from a product's name it lacks the orbit number. */
export function datatakeOf(properties: JsonObject, id: string): string | null {
  const stated = firstText(properties, ['s2:datatake_id', 'sentinel:datatake_id']);
  if (stated !== null) return stated.replace(/_N\d{2}\.\d{2}$/, '');
  const product = S2_PRODUCT.exec(firstText(properties, PRODUCT_NAMES) ?? id);
  return product === null ? null : `GS2${product[1]}_${product[2]}`;
}

/** Start of sensing of the datastrip, ISO 8601, from `…_S20230815T095630_N05.09`; null where not given. */
export function sensingStartOf(properties: JsonObject): string | null {
  const match = /_S(\d{8}T\d{6})(?:_|$)/.exec(firstText(properties, ['s2:datastrip_id']) ?? '');
  return match === null ? null : compactToIso(match[1] ?? '');
}

/** When the product was made, ISO 8601; for Landsat the processing date in its id. */
export function productTimeOf(properties: JsonObject, id: string): string | null {
  const stated = firstText(properties, ['s2:generation_time']);
  if (stated !== null && !Number.isNaN(Date.parse(stated))) return new Date(stated).toISOString();
  const made = S2_PRODUCT.exec(firstText(properties, PRODUCT_NAMES) ?? id)?.[5];
  if (made !== undefined) return compactToIso(made);
  const landsat = /^L[COTE]\d{2}_\w{4}_\d{6}_\d{8}_(\d{8})_/.exec(id)?.[1];
  if (landsat !== undefined) return compactToIso(`${landsat}T000000`);
  const created = firstText(properties, ['odc:processing_datetime', 'created']);
  return created === null || Number.isNaN(Date.parse(created)) ? null : new Date(created).toISOString();
}

function compactToIso(text: string): string | null {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6Z');
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
