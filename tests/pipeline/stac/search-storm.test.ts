import { afterEach, describe, expect, it } from 'vitest';
import { loadScenes } from '../../../pipeline/stac/catalog.ts';
import { halveBbox, splitMonths } from '../../../pipeline/stac/search-parts.ts';
import { deriveSeed, mulberry32 } from '../../../scripts/demo/random.ts';
import { makeItem } from './make-item.ts';
import { type Api, type Json, makeItems, startApi } from './scripted-api.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** Retries as at work, by a clock that only their sleep moves. */
async function serve(api: Api) {
  const clock = { ms: 0 };
  const now = () => clock.ms;
  const sleep = async (ms: number) => {
    clock.ms += ms;
  };
  const served = await startApi(api, { retry: { now, sleep, random: () => 0.5 }, limits: { now, sleep } });
  open.push(served.egress, served.server);
  const searches = () =>
    served.server.hits.filter(({ url }) => url !== '/').map(({ body }) => JSON.parse(body) as Json);
  return { ...served, clock, searches };
}

const YEAR = { bboxDeg: null, startDay: '2023-01-01', endDay: '2023-12-31' };
/** Items on the days of 2023, in a row of boxes from 10° to 18° east. */
const spreadItems = (count: number) =>
  Array.from({ length: count }, (_, i) => {
    const west = 10 + (i % 8);
    const datetime = new Date(Date.UTC(2023, 0, 1 + (i % 365), 10)).toISOString();
    return makeItem({ id: `item-${i}`, bbox: [west, 45, west + 1, 46], properties: { datetime } });
  });

describe('B 31: a STAC API in a storm of 504', () => {
  it('that fails 70 % of all requests gives all 250 items or E_STAC_INCOMPLETE, for each of 20 seeds', async () => {
    const items = makeItems(250);
    let whole = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const isDown = (asked: Json, index: number) =>
        mulberry32(deriveSeed(seed, `${index} ${JSON.stringify(asked)}`))() < 0.7;
      const { egress, landing } = await serve({ items, isDown });
      const outcome = await loadScenes(landing, YEAR, egress).catch((error: { code: string }) => error.code);
      if (typeof outcome === 'string') expect(outcome).toBe('E_STAC_INCOMPLETE');
      else expect(outcome.scenes).toHaveLength(250);
      if (typeof outcome !== 'string') whole++;
    }
    expect(whole).toBeGreaterThanOrEqual(18);
  });

  it('that answers for a month and 2° at most is searched by month and halves, with no answer wanted twice', async () => {
    const items = spreadItems(400);
    const isWide = ({ datetime, bbox }: Json) => {
      const [start, end] = String(datetime).split('/') as [string, string];
      const [west, , east] = bbox as number[];
      return start.slice(0, 7) !== end.slice(0, 7) || east! - west! > 2;
    };
    const { egress, landing, searches } = await serve({ items, isDown: isWide });
    const query = { ...YEAR, startDay: '2023-03-01', endDay: '2023-05-31', bboxDeg: [10, 45, 18, 46] } as const;
    const { scenes, refused } = await loadScenes(landing, query, egress);
    expect(scenes).toHaveLength(
      items.filter(({ properties: { datetime } }) => datetime >= '2023-03' && datetime < '2023-06').length,
    );
    expect(refused).toEqual([]);
    const answered = searches()
      .filter((asked) => !isWide(asked))
      .map((asked) => JSON.stringify(asked));
    expect(answered).toHaveLength(3 * 4);
    expect(new Set(answered).size).toBe(answered.length);
  });

  it('that is down for good is incomplete and transient after at most 24 requests, not a search without items', async () => {
    const { egress, landing, searches } = await serve({ items: makeItems(10), isDown: () => true });
    const error = await loadScenes(landing, YEAR, egress).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'E_STAC_INCOMPLETE', kind: 'transient' });
    expect((error as Error).message).toMatch(/could not be searched to the end.*0 items were read, which is not all/);
    expect(searches().length).toBeLessThanOrEqual(24);
  });
});

describe('B 30: a STAC API that gives no count', () => {
  const dropNext = (page: Json): Json => ({ ...page, links: [] });

  it('and loses its next links is read whole, though its pages of 60 look like the end of a list', async () => {
    const { egress, landing } = await serve({ items: makeItems(250), count: 'none', pageItems: 60, fault: dropNext });
    expect((await loadScenes(landing, YEAR, egress)).scenes).toHaveLength(250);
  });

  it('is asked 9 times for the 40 items of January and February of a year: until both halves hold some', async () => {
    const { egress, landing, searches } = await serve({ items: makeItems(40), count: 'none' });
    expect((await loadScenes(landing, YEAR, egress)).scenes).toHaveLength(40);
    expect(searches()).toHaveLength(9);
  });
});

describe('B 30: a STAC API', () => {
  it('that sends 10,000 items on one page where 100 were asked for is read whole', async () => {
    const { egress, landing, searches } = await serve({ items: spreadItems(10_000), pageItems: 10_000 });
    expect((await loadScenes(landing, YEAR, egress)).scenes).toHaveLength(10_000);
    expect(searches()).toHaveLength(1);
  });

  it('to which an item is added while 250 are paged gives all 251, or is incomplete when pages shift', async () => {
    const late = makeItem({ id: 'late', properties: { datetime: '2023-06-01T10:00:00Z' } });
    for (const [place, expected] of [
      ['end', 251],
      ['start', 'E_STAC_INCOMPLETE'],
    ] as const) {
      const items: Json[] = makeItems(250);
      const fault = (page: Json, start: number) => {
        if (start === 0) items.splice(place === 'end' ? items.length : 0, 0, late);
        return page;
      };
      const { egress, landing } = await serve({ items, fault });
      const outcome = await loadScenes(landing, YEAR, egress).catch((error: { code: string }) => error.code);
      expect(typeof outcome === 'string' ? outcome : outcome.scenes.length).toBe(expected);
    }
  });

  it('whose items lack datetime or place has them refused by name, and the other 10 read', async () => {
    const bare = [
      makeItem({ id: 'no-time', properties: { datetime: null } }),
      makeItem({ id: 'no-place', bbox: undefined, geometry: null }),
    ];
    const api = {
      items: [...makeItems(10), ...bare],
      fault: (page: Json) => ({ ...page, features: api.items, numberMatched: 12, numberReturned: 12 }),
    };
    const { egress, landing } = await serve(api);
    const { scenes, refused } = await loadScenes(landing, YEAR, egress);
    expect(scenes).toHaveLength(10);
    expect(refused.map(({ id }) => id)).toEqual(['no-place', 'no-time']);
  });
});

describe('the parts of a search', () => {
  it('by month are 14 from 15 December 2022 to 2 January 2024, each day in one of them', () => {
    const months = splitMonths({ bboxDeg: null, startDay: '2022-12-15', endDay: '2024-01-02' });
    expect(months).toHaveLength(14);
    expect(months.map(({ startDay, endDay }) => `${startDay}/${endDay}`).slice(0, 3)).toEqual([
      '2022-12-15/2022-12-31',
      '2023-01-01/2023-01-31',
      '2023-02-01/2023-02-28',
    ]);
    expect(months.at(-1)).toMatchObject({ startDay: '2024-01-01', endDay: '2024-01-02' });
  });

  it('by area are cut across the longer side, and at the antimeridian first', () => {
    const halves = (bboxDeg: readonly [number, number, number, number]) =>
      halveBbox({ ...YEAR, bboxDeg: [...bboxDeg] }).map((half) => half.bboxDeg);
    expect(halves([0, 0, 4, 2])).toEqual([
      [0, 0, 2, 2],
      [2, 0, 4, 2],
    ]);
    expect(halves([0, 0, 2, 4])).toEqual([
      [0, 0, 2, 2],
      [0, 2, 2, 4],
    ]);
    expect(halves([177, -20, -178, -16])).toEqual([
      [177, -20, 180, -16],
      [-180, -20, -178, -16],
    ]);
  });
});
