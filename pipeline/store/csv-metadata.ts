/** A column of a CSV file as its metadata describes it. */
export interface CsvColumn {
  readonly name: string;
  readonly datatype: 'string' | 'date' | 'dateTime' | 'integer' | 'double';
  readonly unit?: string;
  readonly description?: string;
}

/**
 * The `-metadata.json` of W3C CSV on the Web (https://www.w3.org/TR/tabular-metadata/), which carries units and sources
 * for a format that has no room for them.
 * @param url name of the CSV file beside it
 * @param about properties of the whole table, under prefixed names such as `dc:rights`
 */
export function describeCsv(
  url: string,
  columns: readonly CsvColumn[],
  about: Readonly<Record<string, unknown>>,
): string {
  const document = {
    '@context': 'http://www.w3.org/ns/csvw',
    url,
    ...about,
    tableSchema: {
      columns: columns.map(({ name, datatype, unit, description }) => ({
        name,
        datatype,
        ...(unit === undefined ? {} : { 'twin_canopy:unit': unit }),
        ...(description === undefined ? {} : { 'dc:description': description }),
      })),
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
