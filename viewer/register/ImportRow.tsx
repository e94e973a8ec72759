import { useState } from 'react';
import { Button, Checkbox } from 'react-aria-components';
import type { CheckFinding } from '../../shared/parcel-check.ts';
import type { ImportAnswer } from '../../shared/register.ts';
import { IconButton } from '../shell/IconButton.tsx';
import { Icon } from '../shell/icons.tsx';
import { FindingItem } from './FindingItem.tsx';
import { sayPlace } from './file-words.ts';
import { sayProposal } from './finding-words.ts';
import { acceptProposal, changeChoice } from './import-deeds.ts';
import { type Choice, canBeTaken, giveId, isIdTaken, stateOfRow, takeBackMends } from './import-plan.ts';
import { useImport } from './import-store.ts';
import { sayHectares } from './quantities.ts';
import { failureOf } from './register-store.ts';
import { fitShapes, isOnEarth, showShapes } from './shapes.ts';
import { useSpeaker } from './use-speaker.ts';

interface RowProps {
  readonly parcel: ImportAnswer['parcels'][number];
  readonly choice: Choice;
}

/** One parcel of the file: whether it is taken, what was found about it and why, what could be done. */
export function ImportRow({ parcel, choice }: RowProps) {
  const speaker = useSpeaker();
  const { t, language } = speaker;
  const [isOpen, setOpen] = useState(false);
  const { checked, geometry } = choice;
  const state = stateOfRow(choice);
  const name = parcel.attributes.name ?? checked.id;
  return (
    <li className="reg-import-row" data-state={state} data-import-row={parcel.index}>
      <Checkbox
        className="reg-check"
        aria-label={t('import.take', { name })}
        isDisabled={!canBeTaken(choice)}
        isSelected={choice.take && canBeTaken(choice)}
        onChange={(take) => changeChoice(parcel.index, (one) => ({ ...one, take }))}
      >
        <span className="reg-check-box">
          <Icon name="check" />
        </span>
      </Checkbox>
      <div className="reg-import-what">
        <p className="reg-row-name">
          <bdi>{name}</bdi>
        </p>
        <p className="reg-row-more">
          <span className={`reg-verdict reg-verdict-${state}`}>{t(`import.verdict.${state}`)}</span>
          {geometry && (
            <span>{checked.parcelHa === null ? t('import.no-area') : sayHectares(language, checked.parcelHa)}</span>
          )}
          <span>{sayPlace(parcel.place, speaker)}</span>
        </p>
        <Mended parcel={parcel} choice={choice} />
        {choice.isIdGiven && <p className="reg-row-more">{t('import.id-given')}</p>}
        {checked.findings.length > 0 && (
          <Button
            className="react-aria-Button reg-small"
            data-quiet=""
            aria-expanded={isOpen}
            onPress={() => setOpen(!isOpen)}
          >
            <Icon name={isOpen ? 'down' : 'right'} />
            {t('import.why')}
            <span className="panel-count">{checked.findings.length}</span>
          </Button>
        )}
        {isOpen && <RowFindings index={parcel.index} choice={choice} />}
      </div>
      {geometry && isOnEarth(geometry) && (
        <IconButton icon="place" label={t('import.show.of', { name })} onPress={() => fitShapes([geometry])} />
      )}
    </li>
  );
}

/** What was accepted already, with a way back. */
function Mended({ parcel, choice }: RowProps) {
  const speaker = useSpeaker();
  const { t, language } = speaker;
  if (choice.mends.length === 0 && !choice.isLeftOut) return null;
  const back = () => {
    const { state } = useImport.getState();
    if (state.step === 'report') changeChoice(parcel.index, (one) => takeBackMends(state.answer, one));
  };
  return (
    <p className="reg-mended">
      {choice.mends.map(({ kind, haBefore, haAfter }) => (
        <span key={`${kind} ${haAfter}`}>
          {sayProposal({ kind, message: kind }, speaker).text}:{' '}
          {t('import.proposal.ha', {
            before: haBefore === null ? t('import.proposal.unmeasured') : sayHectares(language, haBefore),
            after: sayHectares(language, haAfter),
          })}
        </span>
      ))}
      <Button data-quiet="" className="react-aria-Button reg-small" onPress={back}>
        {t('import.proposal.undo')}
      </Button>
    </p>
  );
}

/** A way on for a parcel whose id another one has taken since the file was read. */
function GiveId({ index }: { readonly index: number }) {
  const { t } = useSpeaker();
  return (
    <Button className="react-aria-Button reg-small" onPress={() => changeChoice(index, giveId)}>
      {t('import.give-id')}
    </Button>
  );
}

function RowFindings({ index, choice }: { readonly index: number; readonly choice: Choice }) {
  const { t } = useSpeaker();
  const [failure, setFailure] = useState<string | null>(null);
  const accept = async (finding: CheckFinding) => {
    setFailure(null);
    showShapes('proposal', []);
    try {
      await acceptProposal(index, finding);
    } catch (error) {
      setFailure(failureOf(error).message);
    }
  };
  return (
    <>
      <ul className="reg-finding-list">
        {choice.checked.findings.map((finding, at) => (
          <FindingItem
            // biome-ignore lint/suspicious/noArrayIndexKey: findings of one answer have no other name, and come as a whole
            key={at}
            finding={finding}
            outline={choice.geometry}
            {...(choice.isLeftOut ? {} : { onAccept: () => void accept(finding) })}
            {...(isIdTaken(finding) ? { deed: <GiveId index={index} /> } : {})}
          />
        ))}
      </ul>
      {failure !== null && (
        <p className="reg-error" role="alert">
          {t('check.failed')} <span lang="en">{failure}</span>
        </p>
      )}
    </>
  );
}
