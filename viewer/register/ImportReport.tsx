import { useEffect, useMemo, useState } from 'react';
import { Button, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { sayNote } from './file-words.ts';
import { ImportRegister } from './ImportRegister.tsx';
import { ImportRow } from './ImportRow.tsx';
import { acceptAll, takeBackAll } from './import-deeds.ts';
import { endImport } from './import-file.ts';
import { type Choice, countStates, nextMend, ROW_STATES, type RowState, stateOfRow } from './import-plan.ts';
import { LOOK_OF_STATE, shapesOfChoice } from './import-shapes.ts';
import type { ImportState } from './import-store.ts';
import { LookSwatch } from './LookSwatch.tsx';
import { failureOf } from './register-store.ts';
import { showShapes } from './shapes.ts';
import { sayCounts } from './summary-words.ts';
import { useSpeaker } from './use-speaker.ts';
import { Words } from './Words.tsx';

export type Report = Extract<ImportState, { step: 'report' }>;

/** As many rows are made at a time. */
const STEP = 60;

/** What is in a file, parcel by parcel, and what a person decides about each. */
export function ImportReport({ report }: { readonly report: Report }) {
  const speaker = useSpeaker();
  const { t } = speaker;
  const { answer, choices } = report;
  const { file, report: checked } = answer;
  const [filter, setFilter] = useState<RowState | null>(null);
  const [shown, setShown] = useState(STEP);
  useShapesOf(report);
  const rows = useMemo(
    () => answer.parcels.filter(({ index }) => filter === null || stateOf(choices, index) === filter),
    [answer, choices, filter],
  );
  return (
    <div className="reg-report">
      <h3>{t('import.report', { name: file.name })}</h3>
      <p className="reg-soft">{sayCounts(checked.summary, speaker)}</p>
      {checked.summary.notes.length > 0 && (
        <ul className="reg-notes" aria-label={t('import.notes')}>
          {checked.summary.notes.map((note) => (
            <li key={note}>
              <Words said={sayNote(note, speaker)} />
            </li>
          ))}
        </ul>
      )}
      <StateFilter choices={choices} chosen={filter} onChange={setFilter} />
      <MendAll choices={choices} />
      {rows.length === 0 && <p className="panel-empty">{t('import.none-shown')}</p>}
      <ul className="reg-import-rows">
        {rows.slice(0, shown).map((parcel) => (
          <ImportRow key={parcel.index} parcel={parcel} choice={choices.get(parcel.index)!} />
        ))}
      </ul>
      {rows.length > shown && (
        <Button data-quiet="" onPress={() => setShown((count) => count + STEP)}>
          {t('register.more', { count: Math.min(STEP, rows.length - shown) })}
        </Button>
      )}
      <ImportRegister report={report} />
      <Button data-quiet="" onPress={endImport}>
        {t('import.another')}
      </Button>
    </div>
  );
}

function stateOf(choices: Report['choices'], index: number): RowState {
  return stateOfRow(choices.get(index)!);
}

function useShapesOf({ choices }: Report): void {
  useEffect(() => {
    showShapes(
      'import',
      [...choices].flatMap(([index, choice]) => shapesOfChoice(index, choice)),
    );
  }, [choices]);
  useEffect(
    () => () => {
      showShapes('import', []);
      showShapes('proposal', []);
      showShapes('place', []);
    },
    [],
  );
}

interface FilterProps {
  readonly choices: Report['choices'];
  readonly chosen: RowState | null;
  readonly onChange: (state: RowState | null) => void;
}

/** How many parcels are of each kind; a press lists only those. The legend of the map as well. */
function StateFilter({ choices, chosen, onChange }: FilterProps) {
  const { t } = useSpeaker();
  const counts = countStates(choices);
  return (
    <ToggleButtonGroup
      className="panel-chips"
      aria-label={t('import.filter')}
      selectionMode="single"
      selectedKeys={chosen === null ? [] : [chosen]}
      onSelectionChange={(keys) => onChange(([...keys][0] as RowState | undefined) ?? null)}
    >
      {ROW_STATES.filter((state) => counts[state] > 0).map((state) => (
        <ToggleButton key={state} id={state} className="panel-chip">
          {LOOK_OF_STATE[state] && <LookSwatch look={LOOK_OF_STATE[state]} />}
          {t(`import.verdict.${state}`)}
          <span className="panel-count">{counts[state]}</span>
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

/** Accepts every proposal that an error waits for, or takes all back. */
function MendAll({ choices }: { readonly choices: Report['choices'] }) {
  const { t } = useSpeaker();
  const [progress, setProgress] = useState<number | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const all: readonly Choice[] = [...choices.values()];
  const waiting = all.filter((choice) => stateOfRow(choice) === 'mendable' && nextMend(choice) !== null).length;
  const mended = all.some(({ mends, isLeftOut }) => mends.length > 0 || isLeftOut);
  const accept = async () => {
    setFailure(null);
    setProgress(0);
    try {
      await acceptAll((done, count) => setProgress(count === 0 ? 1 : done / count));
    } catch (error) {
      setFailure(failureOf(error).message);
    } finally {
      setProgress(null);
    }
  };
  if (waiting === 0 && !mended) return null;
  return (
    <div className="reg-mend-all">
      {waiting > 0 && (
        <Button isPending={progress !== null} onPress={() => void accept()}>
          {waiting === 1 ? t('import.accept-one') : t('import.accept-all', { count: waiting })}
        </Button>
      )}
      {mended && (
        <Button data-quiet="" onPress={takeBackAll}>
          {t('import.take-back-all')}
        </Button>
      )}
      {progress !== null && <progress aria-label={t('check.running')} max={1} value={progress} />}
      {failure !== null && (
        <p className="reg-error" role="alert">
          {t('check.failed')} <span lang="en">{failure}</span>
        </p>
      )}
    </div>
  );
}
