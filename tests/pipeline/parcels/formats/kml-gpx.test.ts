import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeWithGdal, runGdal } from '../../../gdal.ts';
import { onlyParcel, readAs, rulesOf, squareAt } from './parcel-text.ts';
import { makeZip } from './zip-maker.ts';

const ring = (lon: number, lat: number) =>
  squareAt(lon, lat)
    .map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)},0`)
    .join(' ');
const polygon = (lon: number, lat: number, more = '') =>
  `<Polygon><outerBoundaryIs><LinearRing><coordinates>${ring(lon, lat)}</coordinates></LinearRing></outerBoundaryIs>${more}</Polygon>`;
const placemark = (inner: string) => `<Placemark>${inner}</Placemark>`;
const kml = (inner: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>${inner}</Document></kml>`;
const gpx = (inner: string) =>
  `<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">${inner}</gpx>`;
const point = (tag: string, [lon, lat]: readonly number[]) => `<${tag} lat="${lat}" lon="${lon}"></${tag}>`;

describe('a KML file', () => {
  it('gives the placemarks of its folders with names, descriptions and extended data as text', async () => {
    const data = `<ExtendedData><Data name="intervention"><value>reboisement</value></Data><SchemaData schemaUrl="#s"><SimpleData name="Surface (ha)">1,37</SimpleData></SchemaData></ExtendedData>`;
    const inner = placemark(
      `<name>Champ &amp; bois</name><description><![CDATA[<script>alert(1)</script>]]></description>${data}${polygon(1, 9)}`,
    );
    const { attributes, place, geometry } = await onlyParcel(
      'a.kml',
      kml(`<Folder><Folder>${inner}</Folder></Folder>`),
    );
    expect(place).toBe('Placemark 1 (Champ & bois)');
    expect(attributes).toMatchObject({
      name: 'Champ & bois',
      intervention: 'planting',
      statedHa: 1.37,
      more: { description: '<script>alert(1)</script>' },
    });
    expect(geometry).toEqual({
      type: 'Polygon',
      coordinates: [squareAt(1, 9).map(([x, y]) => [Number(x.toFixed(2)), Number(y.toFixed(2)), 0])],
    });
  });

  it('makes one MultiPolygon of the 2 polygons of a MultiGeometry, keeps holes, and says that a point was left out', async () => {
    const hole =
      '<innerBoundaryIs><LinearRing><coordinates>1.002,9.002 1.004,9.002 1.004,9.004 1.002,9.002</coordinates></LinearRing></innerBoundaryIs>';
    const inner = placemark(
      `<MultiGeometry>${polygon(1, 9, hole)}<MultiGeometry>${polygon(2, 9)}</MultiGeometry><Point><coordinates>1,9</coordinates></Point></MultiGeometry>`,
    );
    const parcel = await onlyParcel('a.kml', kml(inner));
    expect(parcel.geometry!.type).toBe('MultiPolygon');
    expect((parcel.geometry!.coordinates as unknown[][]).map((part) => part.length)).toEqual([2, 1]);
    expect(rulesOf(parcel)).toEqual(['note parts-left-out']);
  });

  it('leaves an open ring open, and a position that is no number in its place', async () => {
    const text = kml(
      placemark(
        '<Polygon><outerBoundaryIs><LinearRing><coordinates>1,9 2, 9 12abc,10 1,2,3,4</coordinates></LinearRing></outerBoundaryIs></Polygon>',
      ),
    );
    const { geometry } = await onlyParcel('a.kml', text);
    expect(geometry!.coordinates).toEqual([[[1, 9], [2, 9], ['12abc', 10], ['1,2,3,4']]]);
  });

  it('does not make an outline of a hole whose outline is missing', async () => {
    const text = kml(
      placemark(
        `<Polygon><innerBoundaryIs><LinearRing><coordinates>${ring(1, 9)}</coordinates></LinearRing></innerBoundaryIs></Polygon>`,
      ),
    );
    const { geometry } = await onlyParcel('a.kml', text);
    expect((geometry!.coordinates as unknown[][])[0]).toEqual([]);
  });

  it('notes 2 network links that it did not follow and 1 point that is no parcel', async () => {
    const link = '<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>';
    const icon = '<Style id="s"><IconStyle><Icon><href>http://127.0.0.1:9/i.png</href></Icon></IconStyle></Style>';
    const text = kml(
      `${link}${link}${icon}${placemark('<name>Camp</name><Point><coordinates>1,9</coordinates></Point>')}${placemark(polygon(1, 9))}`,
    );
    const { candidates, notes } = await readAs('a.kml', text);
    expect(candidates).toHaveLength(1);
    expect(notes).toEqual([
      '1 placemark is a point and was left out: Camp.',
      '2 network links were not followed; save what stands behind as a KML file of its own.',
      '1 address on the network, such as of a picture, was not opened.',
    ]);
  });

  it('takes a walked line that ends near its beginning for an open outline, with a warning, and leaves others as lines', async () => {
    const line = (text: string) => kml(placemark(`<LineString><coordinates>${text}</coordinates></LineString>`));
    const walked = await onlyParcel('a.kml', line('1,9 1.01,9 1.01,9.01 1,9.01 1,9.0005'));
    expect(walked.geometry).toEqual({
      type: 'Polygon',
      coordinates: [
        [
          [1, 9],
          [1.01, 9],
          [1.01, 9.01],
          [1, 9.01],
          [1, 9.0005],
        ],
      ],
    });
    // 0.0005° of latitude are 55.7 m on a sphere of 111.32 km a degree.
    expect(walked.findings[0]).toMatchObject({ rule: 'line-as-outline', severity: 'warning', values: { gapM: 55.7 } });
    for (const text of [ring(1, 9), '1,9 1.01,9 1.02,9.01']) {
      expect((await onlyParcel('a.kml', line(text))).geometry!.type as string).toBe('LineString');
    }
  });

  it('reads a track of gx as a line, and text in ISO-8859-1 as it says', async () => {
    const track = kml(
      placemark(
        '<gx:Track xmlns:gx="g"><gx:coord>1 9 0</gx:coord><gx:coord>1.01 9 0</gx:coord><gx:coord>1.01 9.01 0</gx:coord></gx:Track>',
      ),
    );
    expect((await onlyParcel('a.kml', track)).geometry!.type as string).toBe('LineString');
    const latin = kml(placemark(`<name>Forêt</name>${polygon(1, 9)}`)).replace('UTF-8', 'ISO-8859-1');
    const { candidates } = await readAs('a.kml', new Uint8Array(Buffer.from(latin, 'latin1')));
    expect(candidates[0]!.attributes.name).toBe('Forêt');
  });

  it('is read with a whole web page in its description, for that is text', async () => {
    const page = '<description><![CDATA[<!DOCTYPE html><html><!-- a --></html>]]></description>';
    const { attributes } = await onlyParcel('a.kml', kml(placemark(`${page}${polygon(1, 9)}`)));
    expect(attributes.more.description).toBe('<!DOCTYPE html><html><!-- a --></html>');
  });

  const laughs = `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>`;
  const refused: [what: string, text: string, says: RegExp][] = [
    [
      'a billion laughs',
      `<?xml version="1.0"?>${laughs}<kml>&lol2;</kml>`,
      /declares a document type or an entity \(<!DOCTYPE\)/,
    ],
    ['an external entity', '<kml><!ENTITY x SYSTEM "file:///etc/passwd"></kml>', /<!ENTITY/],
    ['an open element', '<kml><Document></kml>', /line 1, column 16 <\/kml> stands where <\/Document> was wanted/],
    ['100 levels', `<kml>${'<Folder>'.repeat(100)}`, /more than 40 levels deep/],
    ['no end', '<kml>\n<Document>\n', /line 3, column 1 the text ends/],
    ['a forbidden character', '<kml>&#0;</kml>', /&#0; is no character/],
    ['another root', '<kml2/>', /first element is|its root is <kml2>/],
    ['nothing in it', '<kml/>', /holds no parcel/],
  ];
  it.each(refused)('with %s is refused', async (_, text, says) => {
    await expect(readAs('a.kml', text)).rejects.toThrow(says);
  });
});

describe('a KMZ file', () => {
  const file = (name: string, text: string) => ({ name, data: new TextEncoder().encode(text) });
  it('gives the parcels of its one KML, or of doc.kml among several with a note', async () => {
    const one = makeZip([file('files/pin.png', 'x'), file('champs.kml', kml(placemark(polygon(1, 9))))]);
    expect((await readAs('a.kmz', one)).candidates).toHaveLength(1);
    const several = makeZip([file('other.kml', kml('')), file('doc.kml', kml(placemark(polygon(1, 9))))]);
    const { format, candidates, notes } = await readAs('a.kmz', several);
    expect([format, candidates.length, notes.join()]).toEqual([
      'kmz',
      1,
      'Of a.kmz only doc.kml was read, not other.kml.',
    ]);
    await expect(readAs('a.kmz', makeZip([file('a.kml', ''), file('b.kml', '')]))).rejects.toThrow(
      /holds 2 .kml files \(a.kml, b.kml\), none called doc.kml/,
    );
    const large = makeZip([
      file('doc.kml', Array.from({ length: 1_100_000 }, (_, i) => `${(i * 7919) % 999_983}`.padStart(10)).join('')),
    ]);
    await expect(readAs('a.kmz', large)).rejects.toThrow(/doc.kml in a.kmz has 10.5 MB; at most 10.0 MB are read/);
  });
});

describe('a GPX file', () => {
  const corners = [
    [1, 9],
    [1.01, 9],
    [1.01, 9.01],
    [1, 9.01],
    [1, 9.0002],
  ];
  it('takes a track that comes back for an outline, joins its 2 segments with a warning, and leaves its waypoints out with a note', async () => {
    const [a, b] = [corners.slice(0, 2), corners.slice(2)].map(
      (part) => `<trkseg>${part.map((each) => point('trkpt', each)).join('')}</trkseg>`,
    );
    const { candidates, notes } = await readAs(
      'a.gpx',
      gpx(`${point('wpt', [1, 9])}<trk><name>Tour</name>${a}${b}</trk>`),
    );
    expect(candidates[0]).toMatchObject({
      place: 'track 1 (Tour)',
      attributes: { name: 'Tour' },
      geometry: { type: 'Polygon', coordinates: [corners] },
    });
    expect(rulesOf(candidates[0]!)).toEqual(['warning pieces-joined', 'warning line-as-outline']);
    expect(notes).toEqual(['1 waypoint was left out; tracks and routes were read.']);
  });

  it('leaves a way from one place to another a line', async () => {
    const { geometry } = await onlyParcel(
      'a.gpx',
      gpx(
        `<rte>${corners
          .slice(0, 3)
          .map((each) => point('rtept', each))
          .join('')}</rte>`,
      ),
    );
    expect(geometry!.type as string).toBe('LineString');
  });

  it('takes 4 waypoints for the corners of one parcel in their order, open and with a warning, where there is nothing else', async () => {
    const parcel = await onlyParcel(
      'a.gpx',
      gpx(
        corners
          .slice(0, 4)
          .map((each) => point('wpt', each))
          .join(''),
      ),
    );
    expect(parcel.geometry).toEqual({ type: 'Polygon', coordinates: [corners.slice(0, 4)] });
    expect(rulesOf(parcel)).toEqual(['warning corners-in-order']);
  });
});

describeWithGdal('beside GDAL', () => {
  const count = async (name: string, text: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'kml-'));
    try {
      writeFileSync(join(folder, name), text);
      const said = await runGdal('ogrinfo', '-ro', '-al', '-so', join(folder, name));
      return [...said.matchAll(/Feature Count: (\d+)/g)].reduce((sum, [, each]) => sum + Number(each), 0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  it('as many parcels are found in a KML of 25 placemarks in 3 folders, and as many tracks in a GPX of 7', async () => {
    const folders = [5, 8, 12].map(
      (n, f) =>
        `<Folder><name>F${f}</name>${Array.from({ length: n }, (_, i) => placemark(`<name>P${i}</name>${polygon(1 + f, 9 + i / 50)}`)).join('')}</Folder>`,
    );
    const text = kml(folders.join(''));
    expect((await readAs('a.kml', text)).candidates).toHaveLength(await count('a.kml', text));
    const tracks = gpx(
      Array.from(
        { length: 7 },
        (_, i) =>
          `<trk><trkseg>${squareAt(i, 9)
            .map((each) => point('trkpt', each))
            .join('')}</trkseg></trk>`,
      ).join(''),
    );
    const said = await count('a.gpx', tracks);
    // GDAL counts each track and each of its points.
    expect((await readAs('a.gpx', tracks)).candidates).toHaveLength(said - 7 * 5);
  });
});
