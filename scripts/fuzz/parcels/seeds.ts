import { exportLooseParcels } from '../../../pipeline/parcels/export/export-parcels.ts';
import type { LooseParcel } from '../../../pipeline/parcels/export/table.ts';
import type { GeoJsonGeometry } from '../../../shared/api.ts';
import { PARCEL_FORMATS, type ParcelAttributes, type ParcelFormat } from '../../../shared/parcel-check.ts';

/** A well-formed file that the fuzzer harms. */
export interface ParcelSeed {
  readonly format: ParcelFormat;
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Files of all formats, made by the project's own writers, and texts as other programs write them. */
export async function makeParcelSeeds(): Promise<ParcelSeed[]> {
  const seeds: ParcelSeed[] = [];
  const provenance = { attribution: ['made for a test'], synthetic: true };
  for (const format of PARCEL_FORMATS.filter((each) => each !== 'gpx')) {
    for (const [count, name] of [
      [1, 'one'],
      [12, 'dozen'],
    ] as const) {
      const parcels = Array.from({ length: count }, (_, i) => parcelOf(i));
      const { files } = await exportLooseParcels(parcels, { format, withPersonal: true, name, provenance });
      seeds.push({ format, name: files[0]!.name, bytes: files[0]!.bytes });
    }
  }
  const texts = TEXTS.map(([format, text], i) => ({
    format,
    name: `text-${i}.${format}`,
    bytes: new TextEncoder().encode(text),
  }));
  return [...seeds, ...texts];
}

function parcelOf(i: number): LooseParcel {
  const more = { nr: i, ratio: i / 7, note: `Ligne ${i}\n"é" <b>&</b>`, empty: null, flag: i % 2 === 0 };
  const attributes: ParcelAttributes = {
    name: `Champ ${i}`,
    intervention: i % 2 === 0 ? 'planting' : 'agroforestry',
    startDate: '2025-06-01',
    tenure: 'titre foncier',
    consent: 'oui',
    statedHa: 1.25 + i,
    more,
  };
  const [outer, hole] = [squareAt(1 + i / 50, 9, 0.01), squareAt(1.002 + i / 50, 9.002, 0.002).toReversed()];
  const other = squareAt(3 + i / 50, 9, 0.005);
  const geometry: GeoJsonGeometry =
    i % 3 === 0
      ? { type: 'MultiPolygon', coordinates: [[outer, hole], [other]] }
      : { type: 'Polygon', coordinates: i % 3 === 1 ? [outer, hole] : [outer] };
  const source = {
    name: 'made.geojson',
    sha256: '0'.repeat(64),
    format: 'geojson',
    place: `feature ${i + 1}`,
  } as const;
  return { id: `P-${i}`, geometry, attributes, parcelHa: 1.2 + i, source };
}

function squareAt(lon: number, lat: number, side: number): [number, number][] {
  return [
    [lon, lat],
    [lon + side, lat],
    [lon + side, lat + side],
    [lon, lat + side],
    [lon, lat],
  ];
}

const points = (tag: string) =>
  squareAt(1, 9, 0.01)
    .map(([lon, lat]) => `<${tag} lat="${lat}" lon="${lon}"><ele>312.5</ele><time>2025-06-01T08:00:00Z</time></${tag}>`)
    .join('\n');
const gpx = (inner: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">\n${inner}\n</gpx>\n`;
const crs = '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32631"}}';

/** What the project's own writers do not write. */
const TEXTS: readonly (readonly [ParcelFormat, string])[] = [
  ['gpx', gpx(`<trk><name>Tour</name><trkseg>${points('trkpt')}</trkseg><trkseg>${points('trkpt')}</trkseg></trk>`)],
  ['gpx', gpx(`<rte><name>Weg &amp; Rand</name>${points('rtept')}</rte>${points('wpt')}`)],
  ['gpx', gpx(points('wpt'))],
  [
    'csv',
    'parcelle;sommet;longitude;latitude;nom;Surface (ha)\nP1;2;1,1;9;Champ;1,37\nP1;1;1;9;Champ;1,37\nP1;3;1,1;9,1;Champ;1,37\nP2;1;5;5;;\nP2;2;5;6;;\nP2;3;6;6;;\n',
  ],
  [
    'csv',
    'id,nom,lon1,lat1,lon2,lat2,lon3,lat3,lon4,lat4\nA,"x, ""y""\nz",1,9,1.1,9,1.1,9.1,,\nB,y,1°30\'W,9,1.1,9,1.1,9.1,1,9.2\n',
  ],
  [
    'csv',
    'id\tgeom\tplantstart\nA\tSRID=32631;POLYGON Z((500000 1000000 1,500100 1000000 1,500000 1000100 1,500000 1000000 1))\t15-juil-24\n',
  ],
  [
    'geojson',
    `{"type":"FeatureCollection",${crs},"features":[{"type":"Feature","id":7,"properties":{"id":422.0,"Surface (h":1.5,"plantstart":1654041600000},"geometry":{"type":"Polygon","coordinates":[[[500000,1000000],[500100,1000000],[500000,1000100],[500000,1000000]]]}}]}`,
  ],
  [
    'geojson',
    '{"type":"GeometryCollection","geometries":[{"type":"Polygon","coordinates":[[[1,9,5],[1.1,9,5],[1,9.1,5],[1,9,5]]]},{"type":"MultiPolygon","coordinates":[]}]}',
  ],
  [
    'kml',
    '<?xml version="1.0" encoding="ISO-8859-1"?><kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="g"><Document><Folder><NetworkLink><Link><href>http://127.0.0.1:9/a.kml</href></Link></NetworkLink><Placemark id="a"><name>A &amp; B</name><description><![CDATA[<img src="http://127.0.0.1:9/i.png">]]></description><ExtendedData><Data name="area"><value>1,5 ha</value></Data></ExtendedData><MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>1,9,0 1.1,9,0 1.1,9.1,0 1,9,0</coordinates></LinearRing></outerBoundaryIs></Polygon><Point><coordinates>1,9</coordinates></Point></MultiGeometry></Placemark><Placemark><gx:MultiTrack><gx:Track><when>2025-06-01T08:00:00Z</when><gx:coord>1 9 0</gx:coord><gx:coord>1.1 9 0</gx:coord><gx:coord>1.1 9.1 0</gx:coord></gx:Track></gx:MultiTrack></Placemark></Folder></Document></kml>',
  ],
];
