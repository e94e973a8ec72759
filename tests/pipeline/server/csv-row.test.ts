import fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitCsvRow } from '../../../pipeline/server/csv-row.ts';
import { formatCsv } from '../../../pipeline/store/csv.ts';
import type { Column } from '../../../pipeline/store/tables.ts';

const columns = [0, 1, 2].map(
  (i): Column<readonly string[]> => ({ name: `c${i}`, unit: 'text', decimals: 0, read: (row) => row[i]! }),
);

it('reads back 500 random rows as formatCsv was given them: quotes, commas, formulas, apostrophes, line ends', () => {
  const cell = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc
      .array(fc.constantFrom('"', ',', "'", '=', '+', '-', '@', '\t', '\r', '\n', '5', 'é'), { maxLength: 6 })
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(fc.tuple(cell, cell, cell), (row) => {
      const text = formatCsv(columns, [row]);
      expect(splitCsvRow(text.slice('c0,c1,c2\n'.length, -1))).toEqual(row);
    }),
    { numRuns: 500 },
  );
});
