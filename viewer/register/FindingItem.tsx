import './findings.css';
import { type ReactNode, useState } from 'react';
import { Button, ToggleButton } from 'react-aria-components';
import type { GeoJsonGeometry } from '../../shared/api.ts';
import type { CheckFinding, MendProposal } from '../../shared/parcel-check.ts';
import { Icon } from '../shell/icons.tsx';
import { type Said, sayFinding, sayProposal } from './finding-words.ts';
import { LookSwatch } from './LookSwatch.tsx';
import { sayHectares } from './quantities.ts';
import { SeverityMark } from './SeverityMark.tsx';
import { fitShapes, showPlace, showShapes } from './shapes.ts';
import { useSpeaker } from './use-speaker.ts';
import { Words } from './Words.tsx';

interface ItemProps {
  readonly finding: CheckFinding;
  /** As it is now, to be compared with a proposal. */
  readonly outline: GeoJsonGeometry | null;
  /** Left out where nothing can be changed. */
  readonly onAccept?: (proposal: MendProposal) => void;
  /** What else a person can do about it. */
  readonly deed?: ReactNode;
}

/** One finding: how grave it is, what was found in plain words, where, and what could be done. */
export function FindingItem({ finding, outline, onAccept, deed }: ItemProps) {
  const speaker = useSpeaker();
  const { t } = speaker;
  const { severity, place, proposal } = finding;
  return (
    <li className={`reg-finding reg-finding-${severity}`}>
      <SeverityMark severity={severity} />
      <div className="reg-finding-words">
        <p>
          <b className="reg-severity">{t(`check.severity.${severity}`)}</b>{' '}
          <Words said={sayFinding(finding, speaker)} />
        </p>
        {place && (
          <Button data-quiet="" className="react-aria-Button reg-small" onPress={() => showPlace(place)}>
            <Icon name="place" />
            {t('check.place')}
          </Button>
        )}
        {proposal && <Proposal proposal={proposal} outline={outline} {...(onAccept ? { onAccept } : {})} />}
        {deed}
      </div>
    </li>
  );
}

interface ProposalProps {
  readonly proposal: MendProposal;
  readonly outline: GeoJsonGeometry | null;
  readonly onAccept?: (proposal: MendProposal) => void;
}

/** What a proposal would do: in words, in hectares before and after, and on the map. Nothing changes before it is accepted. */
function Proposal({ proposal, outline, onAccept }: ProposalProps) {
  const speaker = useSpeaker();
  const { t, language } = speaker;
  const [isShown, setShown] = useState(false);
  const { haBefore, haAfter, geometry } = proposal;
  const said: Said = sayProposal(proposal, speaker);
  const show = (isOn: boolean) => {
    setShown(isOn);
    const before = outline ? [{ look: 'before' as const, geometry: outline }] : [];
    showShapes('proposal', isOn ? [...before, { look: 'after' as const, geometry }] : []);
    if (isOn) fitShapes([geometry]);
  };
  const before = haBefore === null ? t('import.proposal.unmeasured') : sayHectares(language, haBefore);
  return (
    <div className="reg-proposal">
      <p>
        {t('import.proposal', { what: '' })}
        <Words said={said} />
      </p>
      <p className="reg-proposal-ha">{t('import.proposal.ha', { before, after: sayHectares(language, haAfter) })}</p>
      <div className="reg-proposal-deeds">
        <ToggleButton data-quiet="" isSelected={isShown} onChange={show}>
          {t('import.proposal.show')}
        </ToggleButton>
        {onAccept && (
          <Button aria-label={t('check.accept', { what: said.text })} onPress={() => onAccept(proposal)}>
            {t('import.proposal.accept')}
          </Button>
        )}
      </div>
      {isShown && (
        <p className="reg-legend">
          <LookSwatch look="before" /> {t('import.before')}
          <LookSwatch look="after" /> {t('import.after')}
        </p>
      )}
    </div>
  );
}
