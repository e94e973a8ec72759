import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCsv } from '../../../pipeline/store/csv.ts';
import { type Column, observationColumns, resultColumns } from '../../../pipeline/store/tables.ts';
import { emptyResult, sampleObservation, sampleResult } from './samples.ts';

const textColumn: Column<string> = { name: 'id', unit: 'text', decimals: 0, read: (row) => row };

/** The text of a one-column CSV file's only cell, unquoted and without the formula guard, as the docstring says. */
function readBack(csv: string): string {
  const cell = csv.slice('id\n'.length, -1);
  const text = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
  return /^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text;
}

describe('CSV files', () => {
  it('have the 16 columns of observations and the 48 of parcels in the order people rely on', () => {
    expect(formatCsv(observationColumns, [])).toBe(
      'parcel_id,scene_id,scene_ids,datetime,platform,parcel_ha,observed_ha,clear_ha,clear_fraction,ndvi_mean,ndvi_sd,ndvi_p10,ndvi_p50,ndvi_p90,outcome,reason\n',
    );
    expect(formatCsv(resultColumns, [])).toBe(
      'parcel_id,parcel_ha,n_clear_baseline,n_clear_period,ndvi_baseline,ndvi_period,ndvi_change,ndvi_change_se,cover_baseline_pct,cover_period_pct,cover_change_pct,loss_ha,gain_ha,stable_ha,no_data_ha,outcome,reason,finding,class_area_se,cover_se_pct,change_finding,change_confidence,change_detected,change_after,change_before,recovered_on,change_magnitude,change_magnitude_se,history_start,n_history,n_monitored,n_outliers,n_burnt,passing_after,passing_before,passing_back,passing_magnitude,min_detectable_change,edge_fraction,misregistration_ndvi,control_count,control_did,control_did_low,control_did_high,control_slope,control_z,change_reason,change_sentence\n',
    );
  });

  it('write ha with 6 decimals, NDVI and fractions with 7, percent with 4, counts with none, and 0 for −0', () => {
    expect(formatCsv(observationColumns, [sampleObservation()]).split('\n')[1]).toBe(
      'P-0,S-0,S-0;S-1,2023-08-10T10:12:13.456Z,sentinel-2b,121.500000,121.500000,100.123457,0.8240613,0.7097712,0.0500000,0.6000000,0.7000000,0.0000000,ok,',
    );
    expect(formatCsv(resultColumns, [sampleResult()]).split('\n')[1]).toBe(
      'P-0,121.500000,3,4,0.7000000,0.5000000,-0.2000000,0.0300000,66.6667,40.0000,-26.6667,80.000000,0.000000,41.500000,0.000000,ok,,loss,not estimated,,,,,,,,,,,,,,,,,,,,,,,,,,,,,',
    );
  });

  it('leave the 12 figures of a parcel without data empty and quote its reason', () => {
    expect(formatCsv(resultColumns, [emptyResult]).split('\n')[1]).toBe(
      'P-1,121.500000,2,4,,,,,,,,,,,,no_data,"2 clear observations, 3 needed",,not estimated,,,,,,,,,,,,,,,,,,,,,,,,,,,,,',
    );
  });

  it.each([
    ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
    ['+1+2', "'+1+2"],
    ['-cmd', "'-cmd"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['\rx', `"'\rx"`],
    ["'=1", "''=1"],
    ['-12', '-12'],
    ['+3.5', '+3.5'],
    ["l'an", "l'an"],
    ["'x", "'x"],
    ['a,b', '"a,b"'],
    ['a"b', '"a""b"'],
    ['a\nb', '"a\nb"'],
  ])('write the text %j as %j', (text, cell) => {
    expect(formatCsv([textColumn], [text])).toBe(`id\n${cell}\n`);
  });

  it('let every text of 2,000 be read back as it was', () => {
    const nasty = fc.string({
      unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '"', ',', '1', '.', 'a', 'é'),
    });
    fc.assert(
      fc.property(nasty, (text) => {
        expect(readBack(formatCsv([textColumn], [text]))).toBe(text);
      }),
      { numRuns: 2000, seed: 20261120 },
    );
  });

  it.each([
    ['NaN', { ndviMean: Number.NaN }, 'ndvi_mean'],
    ['infinity', { clearHa: Infinity }, 'clear_ha'],
    ['a time without a zone', { datetime: '2023-08-10T10:12:13' }, 'datetime'],
    ['a time that is none', { datetime: '2023-13-10T10:12:13Z' }, 'datetime'],
  ])('never hold %s: it is a bug error that names the column', (_, changes, column) => {
    expect(() => formatCsv(observationColumns, [sampleObservation(changes)])).toThrow(
      expect.objectContaining({ kind: 'bug', code: 'E_BROKEN_CELL', where: column }),
    );
  });

  it('never hold half a count', () => {
    expect(() => formatCsv(resultColumns, [sampleResult({ nClearPeriod: 2.5 })])).toThrow('n_clear_period (count)');
  });
});
