import { describe, expect, it } from 'vitest';
import { buildRunRecord, computeRunId, formatRunRecord, type RunInput } from '../../../pipeline/store/run-record.ts';
import { sampleRun } from './samples.ts';

const item: RunInput = { role: 'item', name: 'S2B_33TWL_20230810', href: '/a/item.json', identity: 'sha256:aa' };
const asset: RunInput = {
  role: 'asset',
  name: 'S2B_33TWL_20230810/red',
  href: 'https://u:p@h/red.tif?sig=SECRET#x',
  identity: 'etag:"1"',
};
const parameters = { minClear: 3, mask: { keepScl: [4, 5], dilateM: 0 } };
const versions = { canopy: '0.1.0' };

describe('the id of a run', () => {
  const id = computeRunId({ inputs: [item, asset], parameters, versions });

  it('is 64 hexadecimal digits, the same for any order of inputs and keys and any place on disk', () => {
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    const turned = { mask: { dilateM: 0, keepScl: [4, 5] }, minClear: 3 };
    const moved = { ...item, href: '/elsewhere/item.json' };
    expect(computeRunId({ inputs: [asset, moved], parameters: turned, versions })).toBe(id);
  });

  it.each([
    ['a parameter', { parameters: { ...parameters, minClear: 2 } }],
    ['the order of a list', { parameters: { minClear: 3, mask: { keepScl: [5, 4], dilateM: 0 } } }],
    ['a version', { versions: { canopy: '0.1.1' } }],
    ['the bytes of an input', { inputs: [asset, { ...item, identity: 'sha256:ab' }] }],
  ])('changes with %s', (_, change) => {
    expect(computeRunId({ inputs: [item, asset], parameters, versions, ...change })).not.toBe(id);
  });
});

describe('run.json', () => {
  const base = sampleRun('r', 1, 1).record;

  it('has one order whatever order its lists came in, so 2 runs that agree have the same bytes', () => {
    const refused = [
      { id: 'b', code: 'E', reason: 'x' },
      { id: 'a', code: 'E', reason: 'y' },
    ];
    const outputs = [
      { name: 'parcels.csv', sha256: 'a', bytes: 1 },
      { name: 'layers/x.tif', sha256: 'b', bytes: 2 },
    ];
    const one = buildRunRecord({
      ...base,
      inputs: [item, asset],
      outputs,
      scenes: { used: ['2', '1'], superseded: [], refused },
    });
    const two = buildRunRecord({
      ...base,
      inputs: [asset, item],
      outputs: outputs.toReversed(),
      scenes: { used: ['1', '2', '1'], superseded: [], refused: refused.toReversed() },
    });
    expect(formatRunRecord(two)).toBe(formatRunRecord(one));
    expect(one.outputs.map((file) => file.name)).toEqual(['layers/x.tif', 'parcels.csv']);
    expect(one.scenes.used).toEqual(['1', '2']);
  });

  it('holds no user, password, signature or fragment of a link', () => {
    const record = buildRunRecord({ ...base, inputs: [asset] });
    expect(record.inputs[0]!.href).toBe('https://h/red.tif');
    expect(formatRunRecord(record)).not.toContain('SECRET');
  });

  it('says each attribution and warning once, in the order they came', () => {
    const record = buildRunRecord({ ...base, attribution: ['b', 'a', 'b'], warnings: ['w', 'w'] });
    expect([record.attribution, record.warnings]).toEqual([['b', 'a'], ['w']]);
  });
});
