import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { formatDifference } from '../../../pipeline/run/verify/findings.ts';
import { mutateFile } from '../../../scripts/chaos/mutate-files.ts';
import { mutateRow } from '../../../scripts/chaos/mutate-rows.ts';
import { mulberry32 } from '../../../scripts/demo/random.ts';
import { openVerifiedRun, runFiles, type VerifiedRun } from './verified-run.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let run: VerifiedRun;
beforeAll(async () => {
  run = await openVerifiedRun();
});
afterAll(() => run?.close());

const quietParcel = "parcel_id = '31PAA-quiet'";

describe('one change of a row', () => {
  it.each<[string, string, RegExp]>([
    [
      'a mean by 1e-12',
      `update observation set ndvi_mean = ndvi_mean + 1e-12 where ${quietParcel} and datetime < '2019-01-06'`,
      /^observation \(parcel_id "31PAA-quiet", scene_id "S2A_31PAA_20190105_0_L2A"\) ndvi_mean: wanted [\d.]+ \(observations\.csv\), got [\d.]+\./,
    ],
    [
      'a 0 made −0',
      `update parcel_result set no_data_ha = '-0' where ${quietParcel}`,
      /^parcel_result \(parcel_id "31PAA-quiet"\) no_data_ha: wanted 0 \(parcels\.geojson\), got -0/,
    ],
    [
      'an empty text made none',
      `update parcel_result set reason = null where ${quietParcel}`,
      /reason: wanted "" \(parcels\.geojson\), got null/,
    ],
    [
      'a time by 1 µs',
      "update acquisition set datetime = datetime + interval '1 microsecond' where datetime < '2019-01-06'",
      /^acquisition .* datetime: wanted "2019-01-05T10:15:30Z" \(the plan\), got "2019-01-05T10:15:30\.000001Z"/,
    ],
    [
      'a boundary by 1e-13°',
      `update parcel set geometry = jsonb_set(geometry, '{coordinates,0,0,0}', to_jsonb((geometry #>> '{coordinates,0,0,0}')::float8 + 1e-13)) where id = '31PAA-quiet'`,
      /^parcel \(id "31PAA-quiet"\) geometry: /,
    ],
    [
      'the boundary of a parcel outside every scene',
      "update parcel set geometry = jsonb_set(geometry, '{coordinates,0,0,0}', '11') where id = 'row-5'",
      /^parcel \(id "row-5"\) version: wanted \w+, the hash of the row's content/,
    ],
    [
      'the box of a parcel outside every scene',
      "update parcel set bbox = '(11,41),(10,40)' where id = 'row-5'",
      /^parcel: wanted \d+ rows with the digest \w+ \(run\.json\)/,
    ],
    [
      'a used scene',
      "update scene set item_href = '/elsewhere.json' where id = 'S2A_31PAA_20190105_0_L2A'",
      /^scene \(id "S2A_31PAA_20190105_0_L2A"\) item_href: wanted .* \(the plan\), got "\/elsewhere\.json"/,
    ],
    [
      'a superseded scene',
      "update scene set attribution = 'nobody' where id = 'S2A_31PAA_20190105_1_L2A'",
      /^scene \(id "S2A_31PAA_20190105_1_L2A"\) version: wanted/,
    ],
    [
      'why a scene was superseded',
      "update run_scene set reason = 'because' where role = 'superseded'",
      /^run_scene \(scene_id "S2A_31PAA_20190105_1_L2A"\) reason: wanted .* \(run\.json and the plan\)/,
    ],
    [
      'a link of a layer',
      "update layer set item = jsonb_set(item, '{links,0,href}', '\"x\"') where kind = 'ndvi' and name like '%baseline%'",
      /^layer \(name "layers\/ndvi-baseline-31PAA-32631-10m\.tif"\) item: /,
    ],
    [
      'a row taken away',
      `delete from parcel_month where ${quietParcel} and year = 2020 and month = 5`,
      /^parcel_month \(parcel_id "31PAA-quiet", year 2020, month 5\): wanted the row \(months\.csv\), got none/,
    ],
    [
      'a row doubled',
      `insert into parcel_year select * from parcel_year where ${quietParcel} and year = 2022`,
      /^parcel_year \(parcel_id "31PAA-quiet", year 2022\): wanted no such row \(changes\.csv\), got a row/,
    ],
    [
      'a row of another run',
      "update parcel_series set run_id = 'x' where ctid = (select min(ctid) from parcel_series)",
      /^parcel_series .*: wanted the row \(series\.csv\), got none/,
    ],
    [
      'a figure of the record',
      "update run set record = jsonb_set(record, '{parameters,minClear}', '4')",
      /^run \(id \w+\) record parameters\.minClear: wanted 3 \(run\.json\), got 4/,
    ],
    ['the project', "update run set project_id = 'x'", /^run \(id \w+\) project_id: wanted null, got x/],
    [
      'when it was saved',
      "update run set saved_at = saved_at + interval '1 microsecond'",
      /^run \(id \w+\) saved_at or saved_sha256: /,
    ],
    ['the id', "update run set id = 'x'", /^run \(id x\) id: wanted the id that its record names, got x/],
  ])('is found and named: %s', async (_, statement, sentence) => {
    const report = await run.withRows((sql) => sql.execute(statement));
    expect(report.differences.map(formatDifference).find((line) => sentence.test(line))).toBeDefined();
    expect(report.differences.every(({ next }) => next.length > 20)).toBe(true);
  });
});

describe('random changes', () => {
  it('of files are found, each by its name: 75 of 75', async () => {
    const random = mulberry32(75);
    const names = runFiles(run.open);
    const missed: string[] = [];
    for (let i = 0; i < 75; i++) {
      const { what, place, undo } = mutateFile(run.open, names, random);
      try {
        const { differences } = await run.withRows(async () => {});
        if (!differences.some((difference) => difference.place === place)) missed.push(what);
      } finally {
        undo();
      }
    }
    expect(missed).toEqual([]);
  });

  it('of rows are found, each by its table: 75 of 75', async () => {
    const random = mulberry32(76);
    const missed: string[] = [];
    for (let i = 0; i < 75; i++) {
      let made = { what: '', place: '' };
      const { differences } = await run.withRows(async (sql) => {
        made = await mutateRow(sql, random);
      });
      if (!differences.some(({ place }) => place === made.place)) missed.push(made.what);
    }
    expect(missed).toEqual([]);
    expect((await run.withRows(async () => {})).differences).toEqual([]);
  });
});
