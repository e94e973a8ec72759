import { describe, expect, it } from 'vitest';
import { crsOfWkt } from '../../../../pipeline/parcels/formats/prj.ts';
import { describeWithGdal, runGdal } from '../../../gdal.ts';
import { WGS84_PRJ } from './shapefile-bytes.ts';

const utm31 = (parameters: string) =>
  `PROJCS["x",${WGS84_PRJ},PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",3.0],${parameters},PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`;

describeWithGdal('CRS as GDAL writes them into .prj files', () => {
  const codes = [
    4326, 4258, 4269, 4283, 3857, 3031, 3995, 3413, 32661, 32761, 2154, 3035, 3577, 5070, 32601, 32631, 32660, 32701,
    32736, 25832, 26910, 28355,
  ];

  it.each(codes)('EPSG:%i is known by its parameters, as WKT of ESRI and of OGC', async (code) => {
    for (const form of ['wkt_esri', 'wkt1']) {
      const wkt = await runGdal('gdalsrsinfo', '-o', form, `EPSG:${code}`);
      // RGF93 is taken for ETRS89, as which it is kept.
      expect(crsOfWkt(wkt)).toEqual({ epsg: code });
    }
  });

  it.each([
    [27700, 'British'],
    [31467, 'Gauss'],
    [3395, 'Mercator'],
    [2263, 'New'],
    [28992, 'RD'],
  ])('EPSG:%i is refused by name', async (code, word) => {
    const found = crsOfWkt(await runGdal('gdalsrsinfo', '-o', 'wkt_esri', `EPSG:${code}`));
    expect(found.epsg).toBeNull();
    expect(found).toMatchObject({ name: expect.stringContaining(word) });
  });
});

describe('WKT that says one thing and means another', () => {
  it('UTM zone 31 is known without its name, and is not with another scale', () => {
    expect(crsOfWkt(utm31('PARAMETER["Scale_Factor",0.9996]'))).toEqual({ epsg: 32631 });
    expect(crsOfWkt(utm31('PARAMETER["Scale_Factor",1.0]')).epsg).toBeNull();
    expect(crsOfWkt(utm31('PARAMETER["Scale_Factor",0.9996]').replace('"Meter",1.0', '"Foot",0.3048')).epsg).toBeNull();
  });

  it.each([
    '',
    'GEOGCS',
    'GEOGCS[',
    `${WGS84_PRJ}]`,
    '['.repeat(5000),
    `A[${'B['.repeat(50)}`,
    'x'.repeat(30_000),
    'LOCAL_CS["x"]',
  ])('text that is no such WKT has no code: %.20s', (text) => {
    expect(crsOfWkt(text).epsg).toBeNull();
  });
});
