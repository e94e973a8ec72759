import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import proj4 from 'proj4';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../pipeline/plan.ts';
import { frameParcel } from '../../../pipeline/server/chip-frame.ts';
import { registerChips } from '../../../pipeline/server/chip-route.ts';
import { type ChipTask, paintChip } from '../../../pipeline/server/chip-task.ts';
import { describeFailure } from '../../../pipeline/server/failure.ts';
import { runRenderTask } from '../../../pipeline/server/render-tasks.ts';
import type { Results } from '../../../pipeline/server/results.ts';
import type { GeoJsonGeometry } from '../../../shared/api.ts';
import { colourOf, RAMPS } from '../../../shared/ramps.ts';
import { alps } from '../../alps.ts';
import { readWhole } from '../../independent-zonal.ts';
import { describeWithData, sharedData } from '../../real-data.ts';
import { acquisitionOn, openSceneFiles, planScenes, resultsOf } from '../../scene-plan.ts';
import { cellsOf, makeTinyCatalog, type TinyScene, writeParcels } from '../../tiny-catalog.ts';

interface Feature {
  readonly properties: { readonly id: string };
  readonly geometry: GeoJsonGeometry;
}

function readParcels(path: string): { id: string; geometry: GeoJsonGeometry }[] {
  const { features } = JSON.parse(readFileSync(path, 'utf8')) as { features: Feature[] };
  return features.map(({ properties, geometry }) => ({ id: properties.id, geometry }));
}

function ringOf({ coordinates }: GeoJsonGeometry): number[] {
  return (coordinates as [number, number][][])[0]!.flat();
}

/** A server of chips alone, drawing in this process. */
function serve(results: Results): FastifyInstance & { drawn: number } {
  const app = Object.assign(fastify(), { drawn: 0 });
  app.setErrorHandler((error, _request, reply) => {
    const { status, body } = describeFailure(error);
    return reply.code(status).send(body);
  });
  registerChips(app, {
    current: () => results,
    concurrency: 1,
    render: (task) => {
      app.drawn += 1;
      return runRenderTask(task, () => {});
    },
  });
  return app;
}

async function picture(app: FastifyInstance, url: string) {
  const { statusCode, rawPayload, headers } = await app.inject(url);
  if (statusCode !== 200) throw new Error(rawPayload.toString());
  const { data, info } = await sharp(rawPayload).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, sidePx: info.width, headers, bytes: rawPayload };
}

const isWhite = (data: Uint8Array, pixel: number) =>
  data[4 * pixel]! > 240 && data[4 * pixel + 1]! > 240 && data[4 * pixel + 2]! > 240;

async function paintOf(task: ChipTask) {
  const files = openSceneFiles();
  const painted = await paintChip(task, files);
  await files.close();
  return painted;
}

describeWithData('chips of parcels in the Alps on 10 August 2023', () => {
  let parcels: ReturnType<typeof readParcels>;
  const utm = proj4('+proj=utm +zone=33 +datum=WGS84 +units=m');
  let plan: Plan;
  let app: ReturnType<typeof serve>;
  let index: number;
  let clearIndex: number;
  beforeAll(async () => {
    parcels = readParcels(join(alps, 'parcels.geojson'));
    plan = await planScenes(join(alps, 'catalog.json'));
    app = serve(resultsOf(plan, parcels));
    index = acquisitionOn(plan, '2023-08-10');
    clearIndex = acquisitionOn(plan, '2023-08-13');
  });

  it('are squares of 64, 256 and 1024 pixels as asked', async () => {
    for (const size of [64, 256, 1024]) {
      const { sidePx, headers } = await picture(app, `/api/parcels/ALP-031/chips/${index}.png?size=${size}`);
      expect([sidePx, headers['x-style'], headers['content-type']]).toEqual([size, 'true-color', 'image/png']);
    }
  });

  it('draw a white line within 1 pixel of each projected vertex of 5 parcels', async () => {
    for (const id of ['ALP-001', 'ALP-031', 'ALP-060', 'ALP-090', 'ALP-124']) {
      const geometry = parcels.find((parcel) => parcel.id === id)!.geometry;
      const { data, sidePx } = await picture(app, `/api/parcels/${id}/chips/${clearIndex}.png?size=512`);
      const { scene } = chipScenes(id)[0]!;
      const [a, , c, , e, f] = frameParcel([Float64Array.from(ringOf(geometry))], scene.bands.red!.grid, 512).grid
        .transform;
      for (const point of (geometry.coordinates as [number, number][][])[0]!) {
        const [x, y] = utm.forward(point);
        const [px, py] = [(x - c) / a, (y - f) / e];
        const near = [-1, 0, 1].flatMap((dy) =>
          [-1, 0, 1].map((dx) => Math.floor(py + dy) * sidePx + Math.floor(px + dx)),
        );
        expect(near.some((pixel) => isWhite(data, pixel))).toBe(true);
      }
    }
  });

  function chipScenes(id: string) {
    // Parcels are numbered over both MGRS tiles; the scene that holds the first vertex will do.
    const [lon, lat] = ringOf(parcels.find((parcel) => parcel.id === id)!.geometry);
    const [x, y] = utm.forward([lon!, lat!]);
    return plan.acquisitions[index]!.sceneIndexes.map((at) => plan.scenes[at]!).filter(({ scene }) => {
      const [a, , c, , e, f] = scene.bands.red!.grid.transform;
      return x > c && x < c + 915 * a && y < f && y > f + 915 * e;
    });
  }

  it('hatch exactly the pixels whose SCL is not 4 to 7: over a third of 3 parcels together, no others', async () => {
    let [hatched, all] = [0, 0];
    for (const id of ['ALP-001', 'ALP-031', 'ALP-090']) {
      const rings = [ringOf(parcels.find((parcel) => parcel.id === id)!.geometry)];
      const scenes = chipScenes(id).slice(0, 1);
      const task = { kind: 'chip', style: 'true-color', scenes, rings, params: plan.params, sizePx: 200 } as const;
      const { frame, picture: over } = await paintOf({ ...task, clouds: true });
      const { picture: plain } = await paintOf({ ...task, clouds: false });
      const { href, grid } = scenes[0]!.scene.bands.scl!;
      const scl = await readWhole(href);
      const [a, , c, , e, f] = frame.grid.transform;
      for (let pixel = 0; pixel < 200 * 200; pixel += 1) {
        const [x, y] = [c + a * ((pixel % 200) + 0.5), f + e * (Math.floor(pixel / 200) + 0.5)];
        const col = Math.floor((x - grid.transform[2]) / 120);
        const row = Math.floor((grid.transform[5] - y) / 120);
        const value = scl[row * 915 + col]!;
        const isNotClear = value !== 0 && (value < 4 || value > 7);
        const differs = [0, 1, 2].some((channel) => over[4 * pixel + channel] !== plain[4 * pixel + channel]);
        if (differs !== isNotClear) throw new Error(`${id}: pixel ${pixel} of SCL ${value} is hatched wrongly.`);
        if (differs) hatched += 1;
        all += 1;
      }
    }
    expect(hatched / all).toBeGreaterThan(1 / 3);
  });

  it('magnify each of 32 or more cells to a square of whole pixels, all of one colour', async () => {
    const rings = [ringOf(parcels[30]!.geometry)];
    const scenes = chipScenes(parcels[30]!.id).slice(0, 1);
    const task = { kind: 'chip', style: 'true-color', scenes, rings, params: plan.params, sizePx: 256 } as const;
    const { frame, picture: data } = await paintOf({ ...task, clouds: false });
    const side = 1 / frame.cellsPerPx;
    expect([Number.isInteger(side), 256 / side >= 32]).toEqual([true, true]);
    for (let pixel = 0; pixel < 256 * 256; pixel += 1) {
      const [col, row] = [pixel % 256, Math.floor(pixel / 256)];
      const corner = Math.floor(row / side) * side * 256 + Math.floor(col / side) * side;
      for (let channel = 0; channel < 3; channel += 1)
        if (data[4 * pixel + channel] !== data[4 * corner + channel])
          throw new Error(`Cell of ${col}, ${row} is not even.`);
    }
  });

  it('have near infrared as red in false colour: forest of 13 August is redder than it is green', async () => {
    const { data } = await picture(
      app,
      `/api/parcels/ALP-031/chips/${clearIndex}.png?style=false-color&clouds=false&size=64`,
    );
    const { data: plain } = await picture(app, `/api/parcels/ALP-031/chips/${clearIndex}.png?clouds=false&size=64`);
    const mean = (pixels: Uint8Array, channel: number) =>
      pixels.filter((_, i) => i % 4 === channel).reduce((sum, tone) => sum + tone, 0) / (64 * 64);
    expect(mean(data, 0)).toBeGreaterThan(2 * mean(data, 1));
    expect(mean(plain, 1)).toBeGreaterThan(mean(plain, 0));
    expect(mean(plain, 1)).toBeGreaterThan(50);
  });

  it('answer 304 to the tag they had, draw a chip once, and are kept for good under the version', async () => {
    const before = app.drawn;
    const url = `/api/parcels/ALP-031/chips/${index}.png?size=100&v=v1`;
    const first = await app.inject(url);
    const again = await app.inject(url.replace('v=v1', 'v=old'));
    const known = await app.inject({ url, headers: { 'if-none-match': String(first.headers.etag) } });
    expect([first.statusCode, again.statusCode, known.statusCode, known.rawPayload.length]).toEqual([200, 200, 304, 0]);
    expect(app.drawn - before).toBe(1);
    expect([first.headers['cache-control'], again.headers['cache-control']]).toEqual([
      'public, max-age=31536000, immutable',
      'no-cache',
    ]);
    const others = ['size=101', 'size=100&clouds=false', 'size=100&style=false-color'];
    for (const query of others) {
      const { headers } = await app.inject(`/api/parcels/ALP-031/chips/${index}.png?${query}`);
      expect(headers.etag).not.toBe(first.headers.etag);
    }
  });

  it.each([
    ['/api/parcels/ALP-999/chips/0.png', 404, 'E_NO_PARCEL'],
    ['/api/parcels/ALP-031/chips/5.png', 404, 'E_NO_ACQUISITION'],
    ['/api/parcels/ALP-031/chips/-1.png', 400, 'E_CHIP_REQUEST'],
    ['/api/parcels/ALP-031/chips/0.jpg', 400, 'E_CHIP_REQUEST'],
    ['/api/parcels/ALP-031/chips/0.png?size=63', 400, 'E_CHIP_REQUEST'],
    ['/api/parcels/ALP-031/chips/0.png?size=1025', 400, 'E_CHIP_REQUEST'],
    ['/api/parcels/ALP-031/chips/0.png?size=1e2', 400, 'E_CHIP_REQUEST'],
    ['/api/parcels/ALP-031/chips/0.png?style=ndvi', 400, 'E_CHIP_REQUEST'],
    ['/api/parcels/ALP-031/chips/0.png?clouds=yes', 400, 'E_CHIP_REQUEST'],
    ['/api/parcels/ALP-031/chips/0.png?clouds=true&clouds=false', 400, 'E_REQUEST'],
  ])('answer %s with %i %s and a sentence', async (url, status, code) => {
    const { statusCode, body } = await app.inject(url);
    const { error } = JSON.parse(body) as { error: { code: string; message: string } };
    expect([statusCode, error.code]).toEqual([status, code]);
    expect(error.message).toMatch(/^[A-Z].{20,}[.]$/);
  });
});

describeWithData('chips of Kafa, whose scenes are NDVI alone', () => {
  it('are coloured by the ramp whatever style is asked, and grey boards where the NDVI has no data', async () => {
    const kafa = join(sharedData, 'data/landsat-kafa');
    const plan = await planScenes(join(kafa, 'catalog.json'));
    const parcels = readParcels(join(kafa, 'parcels.geojson'));
    const app = serve(resultsOf(plan, parcels, { styles: ['ndvi'] }));
    const { headers } = await picture(app, `/api/parcels/${parcels[0]!.id}/chips/0.png?style=false-color`);
    expect(headers['x-style']).toBe('ndvi');
    const scenes = [plan.scenes[plan.acquisitions[0]!.sceneIndexes[0]!]!];
    const task = {
      kind: 'chip',
      style: 'ndvi',
      scenes,
      rings: [ringOf(parcels[0]!.geometry)],
      params: plan.params,
    } as const;
    const { frame, picture: data } = await paintOf({ ...task, clouds: true, sizePx: 128 });
    const stored = await readWhole(join(dirname(scenes[0]!.scene.bands.ndvi!.href), 'ndvi.tif'));
    const [a, , c, , e, f] = frame.grid.transform;
    for (let pixel = 0; pixel < 128 * 128; pixel += 1) {
      const col = Math.floor((c + a * ((pixel % 128) + 0.5) - 819_105) / 30);
      const row = Math.floor((832_185 - f - e * (Math.floor(pixel / 128) + 0.5)) / 30);
      const dn = col >= 0 && col < 143 && row >= 0 && row < 148 ? stored[row * 143 + col]! : -32768;
      const painted = [...data.slice(4 * pixel, 4 * pixel + 3)];
      if (dn === -32768) expect([150, 176]).toContain(painted[0]);
      else expect(painted).toEqual([...colourOf(RAMPS.ndvi, Math.fround(dn * 1e-4))!]);
    }
  });
});

describe('chips of made scenes', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'canopy-chips-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const ground = { mgrsTile: '31PAA', epsg: 32631, x: 499_980, y: 1_083_000, widthPx: 100, heightPx: 100 };
  const field = { col: 30, row: 40, widthPx: 24, heightPx: 18 };
  const isInField = (col: number, row: number) => col >= 30 && col < 54 && row >= 40 && row < 58;

  async function makeChips(name: string, scenes: readonly TinyScene[], corners: Parameters<typeof writeParcels>[1]) {
    const catalog = await makeTinyCatalog(join(folder, name), scenes);
    const plan = await planScenes(catalog.path);
    const parcels = readParcels(writeParcels(join(folder, `${name}.geojson`), corners));
    return { plan, parcels, app: serve(resultsOf(plan, parcels)) };
  }

  it('lay the outline of a field of 24 × 18 bright cells on its edge within 1 pixel, on all 4 sides', async () => {
    const red = (col: number, row: number) => (isInField(col, row) ? 1500 : 200);
    const parcel = { id: 'field/1 <b>', ...cellsOf(ground, field) };
    const { plan, parcels, app } = await makeChips('field', [{ ...ground, day: '2023-05-05', red }], [parcel]);
    const { data } = await picture(app, `/api/parcels/${encodeURIComponent(parcel.id)}/chips/0.png?size=320`);
    const rings = [ringOf(parcels[0]!.geometry)];
    const task = { kind: 'chip', style: 'true-color', scenes: plan.scenes, rings, params: plan.params } as const;
    const { picture: bare } = await paintOf({ ...task, clouds: false, sizePx: 320 });
    const extentOf = (isWanted: (pixel: number) => boolean) => {
      const found = Array.from({ length: 320 * 320 }, (_, i) => i).filter(isWanted);
      const [cols, rows] = [found.map((i) => i % 320), found.map((i) => Math.floor(i / 320))];
      return [Math.min(...cols), Math.max(...cols) + 1, Math.min(...rows), Math.max(...rows) + 1];
    };
    const edge = extentOf((i) => bare[4 * i]! > 130);
    const line = extentOf((i) => isWhite(data, i));
    expect(edge.map((at, side) => Math.abs(at - line[side]!) <= 1)).toEqual([true, true, true, true]);
    expect(edge[1]! - edge[0]!).toBe(24 * 10);
    expect(edge[3]! - edge[2]!).toBe(18 * 10);
  });

  it('join the 2 scenes of a pass in zones 31 and 32: no grey board where either has data', async () => {
    // The same place in both zones, to whole cells.
    const [x31, y31, x32, y32] = [31, 32]
      .flatMap((zone) => proj4(`+proj=utm +zone=${zone} +datum=WGS84 +units=m`).forward([6, 9.8]))
      .map((metres) => Math.round(metres / 10) * 10) as [number, number, number, number];
    const side = { widthPx: 160, heightPx: 160, day: '2023-05-05' };
    const west = { ...side, mgrsTile: '31PAA', epsg: 32631, x: x31 - 1000, y: y31 + 800 };
    const east = { ...side, mgrsTile: '32PAA', epsg: 32632, x: x32 - 600, y: y32 + 800, red: 800 };
    const corners = [
      [x31 - 100, y31 - 150],
      [x31 + 700, y31 - 150],
      [x31 + 700, y31 + 150],
      [x31 - 100, y31 + 150],
    ] as const;
    const { plan, parcels } = await makeChips('zones', [west, east], [{ id: 'a', epsg: 32631, corners }]);
    expect(plan.acquisitions.map(({ sceneIndexes }) => sceneIndexes)).toEqual([[0, 1]]);
    const task = {
      kind: 'chip',
      style: 'true-color',
      rings: [ringOf(parcels[0]!.geometry)],
      params: plan.params,
    } as const;
    const countOf = async (scenes: Plan['scenes']) => {
      const { picture: data } = await paintOf({ ...task, scenes, clouds: true, sizePx: 156 });
      const reds = data.filter((_, i) => i % 4 === 0);
      return {
        board: reds.filter((tone) => tone === 176 || tone === 150).length,
        bright: reds.filter((tone) => tone === 112).length,
      };
    };
    const one = await countOf(plan.scenes.slice(0, 1));
    const both = await countOf(plan.scenes);
    // 600 of 1,040 m lie on the western scene, whose 160 columns end there.
    expect([one.bright, both.board]).toEqual([0, 0]);
    expect(both.bright).toBe(one.board);
    expect(both.bright / 156 ** 2).toBeCloseTo(220 / 1040, 1);
  });

  it('are refused with 404 where the acquisition does not reach the parcel, and with 409 where scenes are remote', async () => {
    const far = { ...ground, mgrsTile: '31PBB', x: ground.x + 50_000, day: '2023-06-05' };
    const parcel = { id: 'a', ...cellsOf(ground, field) };
    const { plan, parcels, app } = await makeChips('far', [{ ...ground, day: '2023-05-05' }, far], [parcel]);
    const unseen = await app.inject('/api/parcels/a/chips/1.png');
    expect(unseen.statusCode).toBe(404);
    expect(unseen.body).toMatch(/acquisition of 2023-06-05.* does not see parcel/);
    const scenes = plan.scenes.map((planned) => ({
      ...planned,
      scene: {
        ...planned.scene,
        bands: Object.fromEntries(
          Object.entries(planned.scene.bands).map(([name, band]) => [
            name,
            { ...band, href: `https://example.org/${name}.tif` },
          ]),
        ),
      },
    }));
    const remote = await serve(resultsOf({ ...plan, scenes }, parcels, { styles: [] })).inject(
      '/api/parcels/a/chips/0.png',
    );
    expect(remote.statusCode).toBe(409);
    expect(remote.body).toContain('--remote-scenes');
  });
});
