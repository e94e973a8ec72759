import { describe, expect, it } from 'vitest';
import { parseJsonText, quoteMemberNumbers } from '../../pipeline/parcels/json-text.ts';

describe('the place of the first fault in JSON', () => {
  // biome-ignore format: one row a case
  it.each([
    ['', 1, 1], ['[1,2', 1, 5], ['{"a":1,}', 1, 8], ['{"a" 1}', 1, 6], ['[1 2]', 1, 4], ['[1]]', 1, 4], ['[1}', 1, 3],
    ['01', 1, 2], ['[1,]', 1, 4], ['{"a":"x\ny"}', 1, 8], ['{"a":"\\q"}', 1, 7], ['{"a":[1,{"b":tru}]}', 1, 14],
    ['{\n "a": 1,\n 5: 2}', 3, 2], ['"abc', 1, 5], ['[1.]', 1, 3], ['{"a":1} x', 1, 9], ['[NaN]', 1, 2],
  ])('%j: line %i, column %i', (text, line, column) => {
    expect(() => parseJsonText(text, 'f.json')).toThrow(`at line ${line}, column ${column} `);
  });

  it('is found behind a string of 20 million characters and under 1 million brackets', () => {
    expect(() => parseJsonText(`{"n":"${'x'.repeat(20e6)}",,}`, 'f')).toThrow('column 20000009 there is ","');
    expect(() => parseJsonText('['.repeat(1e6), 'f')).toThrow('column 1000001 the text ends');
  });
});

describe('numbers that are ids', () => {
  it.each([
    ['{"id": 422.0}', '{"id": "422.0"}'],
    ['{"id":-1E+3,"x":{"id":0}}', '{"id":"-1E+3","x":{"id":"0"}}'],
    ['{"i\\u0064":1}', '{"i\\u0064":"1"}'],
    ['{"a":"\\"id\\":5","other":5,"id":"7"}', '{"a":"\\"id\\":5","other":5,"id":"7"}'],
    ['{"id":null,"a":"id","b":[1]}', '{"id":null,"a":"id","b":[1]}'],
  ])('%s becomes %s', (text, quoted) => {
    expect(quoteMemberNumbers(text, new Set(['id']))).toBe(quoted);
  });
});
