import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCsv } from '../demo/csv.ts';
import { readText, runCanopy } from './canopy-run.ts';
import { sharedFolder } from './shared-data.ts';
import { formatTable } from './table.ts';

/** Break years and hectares of the 24 drawn parcels of Kafa: history to 2004, monitored 2005 to 2013. */
export async function tellKafa(): Promise<void> {
  const kafa = join(sharedFolder, 'data/landsat-kafa');
  if (!existsSync(kafa)) {
    console.log(`\nKafa: skipped, there is no real data at ${sharedFolder}.`);
    return;
  }
  const out = await mkdtemp(join(tmpdir(), 'canopy-accuracy-'));
  try {
    const places = ['--parcels', join(kafa, 'parcels.geojson'), '--catalog', join(kafa, 'catalog.json')];
    const periods = ['--baseline', '1984-01-01/2004-12-31', '--period', '2005-01-01/2013-12-31'];
    await runCanopy(['monitor', ...places, ...periods, '--season', '12,1,2,3', '--out', out]);
    tellYears(parseCsv(readText(join(out, 'changes.csv'))));
    tellParcels(parseCsv(readText(join(out, 'parcels.csv'))));
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

const AREAS = ['loss_ha', 'lost_before_ha', 'gain_ha', 'regrown_ha', 'stable_ha', 'no_data_ha'] as const;

function tellYears(rows: readonly Readonly<Record<string, string>>[]): void {
  const years = [...new Set(rows.map(({ year }) => year!))].sort();
  const body = years.map((year) => {
    const mine = rows.filter((row) => row.year === year);
    const total = (name: string) => mine.reduce((sum, row) => sum + Number(row[name]), 0);
    return [year, ...AREAS.map((name) => total(name).toFixed(1)), total('loss_ha_se').toFixed(1)];
  });
  const header = [
    'year',
    ...AREAS.map((name) => name.replace('_ha', ', ha').replaceAll('_', ' ')),
    'noise of loss, ha (upper bound)',
  ];
  console.log(`\nKafa, 24 parcels together.\n\n${formatTable(header, body)}`);
}

function tellParcels(rows: readonly Readonly<Record<string, string>>[]): void {
  const changed = rows.filter(({ change_finding }) => change_finding !== 'no_change');
  const body = changed.map((row) => [
    `${row.parcel_id} (${Number(row.parcel_ha).toFixed(1)} ha)`,
    `${row.change_finding}, ${row.change_confidence}`,
    `${row.change_after} and ${row.change_before}`,
    row.change_detected!,
    `${Number(row.change_magnitude).toFixed(2)} ± ${(1.96 * Number(row.change_magnitude_se)).toFixed(2)}`,
    row.control_did
      ? `${Number(row.control_did).toFixed(3)} (${Number(row.control_did_low).toFixed(3)} to ${Number(row.control_did_high).toFixed(3)})`
      : row.change_reason!,
  ]);
  const header = ['parcel', 'finding', 'changed between', 'detected', 'magnitude ± 1.96 se', 'against control areas'];
  console.log(
    `\n${rows.length - changed.length} of ${rows.length} parcels as a whole show no lasting change; the others:\n\n${formatTable(header, body)}`,
  );
}
