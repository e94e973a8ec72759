/** What a reader should know of one sample. */
export interface CogBandInfo {
  readonly description?: string;
  /** value = stored · scale + offset. */
  readonly scale?: number;
  readonly offset?: number;
  readonly statistics?: BandStatistics;
}

export interface BandStatistics {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Population form. */
  readonly stdev: number;
  readonly validPct: number;
}

/** The GDAL_METADATA document: items by ascending name, then what is known of each sample. Empty when there is nothing. */
export function buildMetadataXml(
  metadata: Readonly<Record<string, string>>,
  bands: readonly CogBandInfo[] = [],
): string {
  const items = Object.keys(metadata)
    .sort()
    .map((name) => item(name, metadata[name]!, ''));
  bands.forEach((band, sample) => {
    const of = (role: string) => ` sample="${sample}"${role === '' ? '' : ` role="${role}"`}`;
    if (band.description !== undefined) items.push(item('DESCRIPTION', band.description, of('description')));
    if (band.scale !== undefined) items.push(item('SCALE', String(band.scale), of('scale')));
    if (band.offset !== undefined) items.push(item('OFFSET', String(band.offset), of('offset')));
    if (band.statistics === undefined) return;
    const { min, max, mean, stdev, validPct } = band.statistics;
    const named = { MAXIMUM: max, MEAN: mean, MINIMUM: min, STDDEV: stdev, VALID_PERCENT: validPct };
    for (const [name, value] of Object.entries(named)) items.push(item(`STATISTICS_${name}`, String(value), of('')));
  });
  return items.length === 0 ? '' : `<GDALMetadata>\n${items.join('')}</GDALMetadata>\n`;
}

function item(name: string, value: string, attributes: string): string {
  // GDAL unescapes a value twice, once as XML and once more itself, and writes it accordingly.
  return `  <Item name="${escapeXml(name)}"${attributes}>${escapeXml(escapeXml(value))}</Item>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeXml(value: string): string {
  // XML 1.0 has no way to write the other control characters.
  const legal = Array.from(value, (c) => (c < ' ' && c !== '\n' && c !== '\t' ? ' ' : c)).join('');
  return legal.replace(/[&<>"]/g, (c) => ENTITIES[c]!);
}
