import { describe, expect, it } from 'vitest';
import { parseCoordinate } from '../../../../pipeline/parcels/formats/coordinate-text.ts';
import { parseCsv } from '../../../../pipeline/parcels/formats/csv-records.ts';
import { parseWkt } from '../../../../pipeline/parcels/formats/wkt.ts';
import { onlyParcel, readAs, rulesOf } from './parcel-text.ts';

const TRIANGLE = [
  [
    [1, 9],
    [1.1, 9],
    [1.1, 9.1],
    [1, 9],
  ],
];
const parse = (text: string, delimiter = ',') =>
  parseCsv(text, { delimiter, name: 'a.csv', limits: { records: 10, cells: 5 } }).map(({ line, cells }) => [
    line,
    ...cells,
  ]);

describe('the records of a CSV', () => {
  it('follow RFC 4180: quoted commas, quotes, line breaks, LF, CR and both, with the line on which each begins', () => {
    expect(parse('a,b\r\n"1,""x""\n2",\n\n,\r3,"4"')).toEqual([
      [1, 'a', 'b'],
      [2, '1,"x"\n2', ''],
      [6, '3', '4'],
    ]);
    expect(parse('\ufeffa;b;', ';')).toEqual([[1, 'a', 'b', '']]);
  });

  it('are refused with the line where a quotation mark is open, misplaced, or there are too many', () => {
    expect(() => parse('a\nb,"c\n')).toThrow(/quotation mark on line 2 that is not closed/);
    expect(() => parse('a\nb,"c"d\n')).toThrow(/too much or too few on line 2/);
    expect(() => parse('a,b,c,d,e,f')).toThrow(/more than 5 cells on line 1/);
    expect(() => parse('a\n'.repeat(11))).toThrow(/more than 9 rows/);
  });
});

describe('a coordinate in a cell', () => {
  const cells: [cell: string, value: number | null][] = [
    ['9.5', 9.5],
    [' -9,5 ', -9.5],
    ['+9', 9],
    ['9.5e1', 95],
    ['9°30\'36"N', 9.51],
    ['2° 15′ W', -2.25],
    ['9,5 S', -9.5],
    ['500 000,25', 500_000.25],
    ["1'000'000", 1_000_000],
    ['1.000.000,5', 1_000_000.5],
    // A spreadsheet makes 1.234.567 of 1.234567: nobody can say which it was. O is east in German and west in French.
    ['1.234.567', null],
    ['9,5 O', null],
    ['-9,5 S', null],
    ["9°60'", null],
    ['', null],
    ['abc', null],
    ['1 2', null],
    ['0x10', null],
    ['1,2,3', null],
  ];
  it.each(cells)('%j is %j', (cell, value) => {
    const read = parseCoordinate(cell);
    if (value === null) expect(read).toBeNull();
    else expect(read).toBeCloseTo(value, 10);
  });
});

describe('WKT', () => {
  it.each([
    ['POLYGON((1 9,1.1 9,1.1 9.1,1 9))', { geometry: { type: 'Polygon', coordinates: TRIANGLE }, srid: null }],
    [
      ' srid=32631; MultiPolygon Z (((1 9 5, 1.1 9 5,1.1 9.1 5,1 9 5)))',
      { geometry: { type: 'MultiPolygon', coordinates: [TRIANGLE] }, srid: 32631 },
    ],
    ['POLYGON EMPTY', { geometry: { type: 'Polygon', coordinates: [] }, srid: null }],
    [
      'LINESTRINGM(1 9 3,2 9 4)',
      {
        geometry: {
          type: 'LineString',
          coordinates: [
            [1, 9],
            [2, 9],
          ],
        },
        srid: null,
      },
    ],
  ])('%s is read', (text, wanted) => {
    expect(parseWkt(text)).toEqual(wanted);
  });

  it.each([
    ['CIRCLE(1 2)', /no geometry that is known/],
    ['POLYGON((1 9,1.1))', /no two numbers at character 17/],
    ['POLYGON((1 9,2 9', /no "\)" where one was wanted: at character 17 the text ends/],
    ['POLYGON((1 9)) x', /something behind its last bracket/],
    ['POLYGON(1 9)', /no "\("/],
  ])('%s is refused', (text, says) => {
    expect(() => parseWkt(text)).toThrow(says);
  });
});

describe('a CSV file', () => {
  it('with WKT has one parcel a row; a row that cannot be read is found, with its line', async () => {
    const { candidates } = await readAs(
      'a.csv',
      'id;nom;wkt;Surface (ha)\nA;Champ;"POLYGON((1 9,1.1 9,1.1 9.1,1 9))";1,37\nB;;"POLYGON((1";\n',
    );
    expect(candidates[0]).toMatchObject({
      id: 'A',
      geometry: { coordinates: TRIANGLE },
      attributes: { name: 'Champ', statedHa: 1.37 },
      place: 'line 2',
      findings: [],
    });
    expect(candidates[1]).toMatchObject({
      id: 'B',
      geometry: null,
      findings: [{ rule: 'unreadable-row', severity: 'error', values: { where: 'line 3' } }],
    });
  });

  it('with EWKT is placed by its SRID, row by row', async () => {
    const { candidates } = await readAs(
      'a.csv',
      'id,geom\nA,"SRID=32631;POLYGON((500000 1000000,500100 1000000,500000 1000100,500000 1000000))"\nB,"SRID=999;POLYGON((1 2,3 4,5 6,1 2))"\n',
    );
    expect((candidates[0]!.geometry!.coordinates as number[][][])[0]![0]![0]).toBeCloseTo(3, 10);
    expect(rulesOf(candidates[1]!)).toEqual(['error unreadable-row']);
  });

  it('with GeoJSON in a column is read', async () => {
    const parcel = await onlyParcel(
      'a.csv',
      `id,g\nA,"${JSON.stringify({ type: 'Polygon', coordinates: TRIANGLE }).replaceAll('"', '""')}"\n`,
    );
    expect(parcel.geometry).toEqual({ type: 'Polygon', coordinates: TRIANGLE });
  });

  const tables: [what: string, text: string][] = [
    [
      'French, semicolons, decimal commas and an order',
      'parcelle;sommet;longitude;latitude;nom\nP1;2;1,1;9;Champ\nP1;1;1;9;Champ\nP1;3;1,1;9,1;Champ\nP2;1;5;5;\nP2;2;5;6;\nP2;3;6;6;\n',
    ],
    [
      'German, tabs and a repeated first corner',
      'Flurstück\tPunkt\tLänge\tBreite\tBezeichnung\nP1\tA1\t1\t9\tChamp\nP1\tA2\t1,1\t9\tChamp\nP1\tA3\t1,1\t9,1\tChamp\nP1\tA4\t1\t9\tChamp\nP2\tA1\t5\t5\t\nP2\tA2\t5\t6\t\nP2\tA3\t6\t6\t\n',
    ],
    [
      'English, commas, no order',
      'parcel_id,lon,lat,name\nP1,1,9,Champ\nP1,1.1,9,Champ\nP1,1.1,9.1,Champ\nP2,5,5,\nP2,5,6,\nP2,6,6,\n',
    ],
    [
      "Excel's sep= line",
      'sep=;\nparcel_id;lon;lat;name\nP1;1;9;Champ\nP1;1,1;9;Champ\nP1;1,1;9,1;Champ\nP2;5;5;\nP2;5;6;\nP2;6;6;\n',
    ],
  ];
  it.each(tables)('with one row a corner is joined to 2 parcels: %s', async (_, text) => {
    const { candidates } = await readAs('a.csv', text);
    expect(candidates.map(({ id }) => id)).toEqual(['P1', 'P2']);
    expect(candidates[0]).toMatchObject({
      geometry: { type: 'Polygon', coordinates: TRIANGLE },
      attributes: { name: 'Champ' },
      findings: [],
    });
  });

  it('with numbered columns of corners is read, empty ones at the end left out, in any of their namings', async () => {
    for (const heading of [
      'id,lon1,lat1,lon2,lat2,lon3,lat3,lon4,lat4',
      'id,X_1,Y_1,X_2,Y_2,X_3,Y_3,X_4,Y_4',
      'id,P1 Lon,P1 Lat,P2 Lon,P2 Lat,P3 Lon,P3 Lat,P4 Lon,P4 Lat',
    ]) {
      const { id, geometry } = await onlyParcel('a.csv', `${heading}\nA,1,9,1.1,9,1.1,9.1,,\n`);
      expect([id, geometry]).toEqual(['A', { type: 'Polygon', coordinates: TRIANGLE }]);
    }
  });

  it('keeps a corner that is no number in its place, with its line, and never drops it', async () => {
    const { candidates } = await readAs('a.csv', 'parcel,lon,lat\nP1,1,9\nP1,x,9\nP1,1.1,9.1\n');
    expect(candidates[0]!.geometry!.coordinates).toEqual([
      [
        [1, 9],
        ['x (line 3)', 9],
        [1.1, 9.1],
        [1, 9],
      ],
    ]);
  });

  it('whose order repeats a number is found; corners in several places are a warning', async () => {
    const twice = await readAs('a.csv', 'parcel,order,lon,lat\nP,1,1,9\nP,1,1.1,9\nP,2,1.1,9.1\n');
    expect(rulesOf(twice.candidates[0]!)).toEqual(['error corner-order']);
    const mixed = await readAs('a.csv', 'parcel,lon,lat\nP,1,9\nQ,1,9\nP,1.1,9\nQ,2,9\nP,1.1,9.1\nQ,2,3\n');
    expect(mixed.candidates.map(rulesOf)).toEqual([['warning corners-scattered'], ['warning corners-scattered']]);
  });

  it('says when it takes all corners for one parcel', async () => {
    const { candidates, notes } = await readAs('a.csv', 'id,lon,lat\n1,1,9\n2,1.1,9\n3,1.1,9.1\n');
    expect(candidates).toHaveLength(1);
    expect(notes.join()).toMatch(/all 3 corners were taken for one parcel/);
  });

  it('in metres without a CRS is refused with the question, and placed once it is answered; degrees are taken with a note', async () => {
    const text = 'parcelle;est;nord\nP1;500000;1000000\nP1;500100;1000000\nP1;500100;1000100\n';
    await expect(readAs('a.csv', text)).rejects.toMatchObject({ code: 'E_PARCELS_CRS_MISSING' });
    const { geometry } = await onlyParcel('a.csv', text, { assumeCrs: 'EPSG:32631' });
    expect((geometry!.coordinates as number[][][])[0]![0]![0]).toBeCloseTo(3, 10);
    const { notes } = await readAs('a.csv', 'parcelle;x;y\nP1;1;9\nP1;2;9\nP1;2;8\n');
    expect(notes.join()).toMatch(/look like degrees/);
  });

  it('in Windows-1252 is read with a note, in UTF-16 without one', async () => {
    const text = 'nom;lon;lat\nÉté;1;9\nÉté;1,1;9\nÉté;1,1;9,1\n';
    const latin = await readAs('a.csv', new Uint8Array(Buffer.from(text, 'latin1')));
    expect(latin.candidates[0]!.id).toBe('Été');
    expect(latin.notes[0]).toMatch(/Windows-1252/);
    const wide = await readAs('a.csv', new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le')));
    expect([wide.candidates[0]!.id, wide.notes.length]).toEqual(['Été', 1]);
  });

  const refused: [what: string, text: string, says: RegExp][] = [
    ['no geometry', 'a,b\n1,2\n', /headings are a, b\. Wanted: a column with WKT or GeoJSON/],
    ['no rows', 'lon,lat\n', /no rows below its headings/],
    ['a row with more cells than headings', 'id,lon,lat\nA,1,9,7\n', /4 cells on line 2 but 3 headings/],
    ['4 million separators', ','.repeat(4e6), /more than 2,000 cells on line 1/],
    ['2 million rows', `lon,lat\n${'1,2\n'.repeat(2e6)}`, /more than 100,000 rows/],
  ];
  it.each(refused)('with %s is refused', async (_, text, says) => {
    await expect(readAs('a.csv', text)).rejects.toThrow(says);
  });
});
