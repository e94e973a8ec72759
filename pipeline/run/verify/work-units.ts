import type { UnitHashes } from './files.ts';
import { type Difference, NEXT } from './findings.ts';
import type { LetterRow, UnitWork } from './work-rows.ts';

/** What a unit of the plan is compared with. */
export interface UnitContext {
  /** Whether the record has the run as finished: then no unit is open any more, and `isLeftOut` binds. */
  readonly isFinished: boolean;
  /** Whether run.json leaves the unit out. */
  readonly isLeftOut: boolean;
  readonly file: ReturnType<UnitHashes['get']>;
}

type Differ = (place: string, column: string | null, wanted: string, got: string) => void;

/** A unit that the plan has: its state, result, dead letters and attempts, with one another and with its file. */
export function unitDifferences(key: string, work: UnitWork | undefined, context: UnitContext): Difference[] {
  const differences: Difference[] = [];
  const differ: Differ = (place, column, wanted, got) =>
    differences.push({ place, key: `key ${key}`, column, wanted, got, next: NEXT.work });
  const { units, results } = work ?? { units: [], results: [] };
  if (units.length !== 1) differ('work_unit', null, 'the unit of the plan', describeCount(units.length));
  if (results.length > 1) differ('unit_result', null, '1 row', describeCount(results.length));
  if (work === undefined || units.length === 0) return differences;
  checkState(work, context, differ);
  checkTokens(work, differ);
  checkLetters(work, context, differ);
  checkFile(work, context, differ);
  return differences;
}

/** A unit that the plan does not have: whatever is said of it. */
export function strangerDifferences(key: string, { units, results, letters, attempts }: UnitWork): Difference[] {
  const places = [
    ['work_unit', units.length],
    ['unit_result', results.length],
    ['dead_letter', letters.length],
    ['work_attempt', attempts === null ? 0 : 1],
  ] as const;
  return places.flatMap(([place, count]) =>
    count === 0
      ? []
      : [
          {
            place,
            key: `key ${key}`,
            column: null,
            wanted: 'no row: the plan has no such unit',
            got: 'a row',
            next: NEXT.work,
          },
        ],
  );
}

const describeCount = (count: number) => (count === 0 ? 'no row' : count === 1 ? '1 row' : `${count} rows`);

/** A dead letter that stands: of the attempt that the unit ended with, or one that nobody has decided on. */
function standingLetters({ units, letters }: UnitWork): LetterRow[] {
  const { state, token } = units[0]!;
  const hasEnded = state === 'dead' || state === 'done';
  return letters.filter((letter) => letter.resolution === null || (hasEnded && letter.token >= token));
}

function checkState(work: UnitWork, { isFinished, isLeftOut }: UnitContext, differ: Differ): void {
  const { state } = work.units[0]!;
  const [results, letters] = [work.results.length, standingLetters(work).length];
  const isKnown = ['due', 'running', 'done', 'dead'].includes(state);
  if (!isKnown || results > 0 !== (state === 'done') || letters > 0 !== (state === 'dead'))
    differ(
      'work_unit',
      'state',
      'exactly one of result, dead letter and pending',
      `${state} with ${results} results and ${letters} dead letters`,
    );
  if (!isFinished) return;
  if (isLeftOut && state !== 'dead') differ('work_unit', 'state', 'dead: run.json leaves the unit out', String(state));
  if (!isLeftOut && state !== 'done')
    differ('work_unit', 'state', 'done: the run is finished, and run.json does not leave the unit out', String(state));
}

/** Attempts are numbered from 1; the unit has the number of the last one, and so has its result. */
function checkTokens({ units, results, attempts }: UnitWork, differ: Differ): void {
  const { state, token } = units[0]!;
  const last = attempts?.last ?? 0;
  if (token !== last) differ('work_unit', 'token', `${last}, the last attempt`, String(token));
  if (state === 'done' && attempts?.done !== token)
    differ('work_attempt', null, `attempt ${token} with the outcome done`, 'none');
  const strange = results.find((result) => result.token !== token);
  if (strange) differ('unit_result', 'token', `${token}, that of the unit`, String(strange.token));
}

function checkLetters({ units, letters }: UnitWork, { isFinished }: UnitContext, differ: Differ): void {
  const { state, token } = units[0]!;
  if (state === 'dead' && !letters.some((letter) => letter.token === token))
    differ('dead_letter', null, `the dead letter of attempt ${token}`, 'none');
  const tokens = new Set(letters.map((letter) => letter.token));
  if (tokens.size < letters.length) differ('dead_letter', null, '1 row an attempt', describeCount(letters.length));
  for (const letter of letters) {
    // A unit that is due again keeps the number of the attempt that failed.
    if (letter.token === null || letter.token > token || (letter.token === token && state === 'done'))
      differ('dead_letter', 'token', `that of an attempt before ${token}`, String(letter.token));
    const isLast = state === 'dead' && letter.token === token;
    const wanted = isLast ? ['left_out'] : ['retried', 'left_out'];
    const isOpen = letter.resolution === null && !isFinished;
    if (!isOpen && !wanted.includes(letter.resolution ?? '') && (isFinished || !isLast))
      differ('dead_letter', 'resolution', wanted.join(' or '), String(letter.resolution));
  }
}

function checkFile({ units, results }: UnitWork, { file }: UnitContext, differ: Differ): void {
  const { state } = units[0]!;
  for (const { sha256, bytes } of results) {
    if (!file) differ('unit_result', null, 'the file of the result', 'none');
    else if (file.sha256 !== sha256) differ('unit_result', 'sha256', `${file.sha256} (the file)`, String(sha256));
    else if (file.bytes !== bytes) differ('unit_result', 'bytes', `${file.bytes} (the file)`, String(bytes));
  }
  if (results.length > 0 || !file) return;
  const isPending = state === 'due' || state === 'running';
  if (isPending) differ('unit_result', null, 'a row for the unit file of a finished run', `none, the unit is ${state}`);
  else differ('unit_result', null, 'a row for the unit file', 'none');
}
