import { geojson as flatgeobuf } from 'flatgeobuf';
import { describe, expect, it } from 'vitest';
import { cornersInMetres, makeGeopackage } from '../../../parcel-questions.ts';
import { fieldAt } from '../../../register-sample.ts';
import { collectionOf, readAs, squareAt } from './parcel-text.ts';
import { polygonContent, shapeFiles, WGS84_PRJ } from './shapefile-bytes.ts';
import { makeZip } from './zip-maker.ts';

const ANSWERS = { assumeCrs: 'EPSG:32631', layer: 'foo' };
const CRS = { ...ANSWERS, layer: null };
const usedOf = async (...of: Parameters<typeof readAs>) => (await readAs(...of)).used;

const corners = squareAt(1, 9);
const kml = `<kml><Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>${corners.join(' ')}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>`;
const gpx = `<gpx><rte>${corners.map(([lon, lat]) => `<rtept lon="${lon}" lat="${lat}"/>`).join('')}</rte></gpx>`;

function shapefile(stems: readonly string[], prj: string | null = WGS84_PRJ): Uint8Array {
  const { shp, shx } = shapeFiles([polygonContent([corners.toReversed()])]);
  const ofStem = (stem: string) => [
    { name: `${stem}.shp`, data: shp },
    { name: `${stem}.shx`, data: shx },
    ...(prj === null ? [] : [{ name: `${stem}.prj`, data: Buffer.from(prj) }]),
  ];
  return makeZip(stems.flatMap(ofStem));
}

describe('which answers a reader used', () => {
  it('is none of 2 where a format is always in degrees and has no layers', async () => {
    for (const [name, text] of [
      ['a.kml', kml],
      ['a.kmz', makeZip([{ name: 'doc.kml', data: Buffer.from(kml) }])],
      ['a.gpx', gpx],
    ] as const)
      expect([name, await usedOf(name, text, ANSWERS)]).toEqual([name, { assumedCrs: null, layer: null }]);
  });

  it('is the CRS of a table in metres, not that of one whose headings or cells say what they are in', async () => {
    const used = { assumedCrs: 'EPSG:32631', layer: null };
    expect(await usedOf('a.csv', cornersInMetres('EPSG:32631', { Nord: fieldAt(15) }), ANSWERS)).toEqual(used);
    const degrees = `lon,lat\n${corners.map((corner) => corner.join(',')).join('\n')}\n`;
    expect((await usedOf('a.csv', degrees, ANSWERS)).assumedCrs).toBeNull();
    const ewkt = 'id,geom\n1,"SRID=4326;POLYGON((1 9, 1.1 9, 1.1 9.1, 1 9))"\n';
    expect((await usedOf('a.csv', ewkt, ANSWERS)).assumedCrs).toBeNull();
  });

  it.each([
    ['names none', undefined, 'EPSG:32631'],
    ['names EPSG:32631', 'urn:ogc:def:crs:EPSG::32631', null],
    ['names CRS84', 'urn:ogc:def:crs:OGC:1.3:CRS84', null],
    ['names EPSG:4326', 'EPSG:4326', null],
  ])('is, of a GeoJSON that %s, the CRS only where it was asked', async (_, name, assumedCrs) => {
    const crs = name === undefined ? {} : { crs: { type: 'name', properties: { name } } };
    const text = JSON.stringify({ ...JSON.parse(collectionOf({})), ...crs });
    expect(await usedOf('a.geojson', text, ANSWERS)).toEqual({ assumedCrs, layer: null });
  });

  it('is neither of a shapefile with a .prj, the CRS of one without, the layer of one of 2', async () => {
    expect(await usedOf('a.zip', shapefile(['p']), { ...CRS, layer: 'p' })).toEqual({ assumedCrs: null, layer: null });
    expect(await usedOf('a.zip', shapefile(['p'], null), CRS)).toEqual({ assumedCrs: 'EPSG:32631', layer: null });
    const one = { ...CRS, layer: 'b/q' };
    expect(await usedOf('a.zip', shapefile(['p', 'b/q']), one)).toEqual({ assumedCrs: null, layer: 'b/q' });
  });

  it('is the layer of a GeoPackage with 2, not of one with 1', async () => {
    const one = await makeGeopackage({ foo: fieldAt(1) });
    expect(await usedOf('a.gpkg', one, ANSWERS)).toEqual({ assumedCrs: null, layer: null });
    expect(await usedOf('a.gpkg', one, CRS)).toEqual({ assumedCrs: null, layer: null });
    const two = await makeGeopackage({ foo: fieldAt(1), bar: fieldAt(2) });
    expect(await usedOf('a.gpkg', two, ANSWERS)).toEqual({ assumedCrs: null, layer: 'foo' });
  });

  it('is the CRS of a FlatGeobuf that says none', async () => {
    const feature = { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [corners] } };
    const bytes = flatgeobuf.serialize({ type: 'FeatureCollection', features: [feature] } as never);
    const used = { assumedCrs: 'EPSG:4326', layer: null };
    expect(await usedOf('a.fgb', bytes, { assumeCrs: 'EPSG:4326', layer: 'foo' })).toEqual(used);
  });
});
