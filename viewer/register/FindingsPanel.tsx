import './register.css';
import './findings.css';
import { useEffect } from 'react';
import type { CheckFinding, MendProposal } from '../../shared/parcel-check.ts';
import { changeDraft, type Draft } from '../delineate/drafts.ts';
import { record } from '../delineate/history.ts';
import { useTranslate } from '../i18n/translate.ts';
import { EligibilityCard } from './EligibilityCard.tsx';
import { FindingItem } from './FindingItem.tsx';
import { useRegister } from './register-store.ts';
import { showShapes } from './shapes.ts';
import { type Checking, useCheck } from './use-check.ts';

/** What the check found about the open draft, proposals to mend it, and whether its ground is eligible. */
export default function FindingsPanel({ draft }: { readonly draft: Draft }) {
  const t = useTranslate();
  const checking = useCheck(draft);
  const findings = draft.check?.parcel.findings ?? [];
  useEffect(
    () => () => {
      showShapes('proposal', []);
      showShapes('place', []);
    },
    [],
  );
  return (
    <section className="reg-findings" aria-label={t('check.title')}>
      <h3>{t('check.title')}</h3>
      <div role="status">
        <CheckLine draft={draft} checking={checking} />
      </div>
      {findings.length > 0 && (
        <ul className="reg-finding-list">
          {findings.map((finding, index) => (
            <FindingItem
              // biome-ignore lint/suspicious/noArrayIndexKey: findings of one answer have no other name, and come as a whole
              key={index}
              finding={finding}
              outline={draft.geometry}
              {...(draft.state === 'waiting' ? {} : { onAccept: (one) => mendDraft(draft, finding, one) })}
            />
          ))}
        </ul>
      )}
      <Eligible draft={draft} checking={checking} />
    </section>
  );
}

/** How the check stands, in a line. */
function CheckLine({ draft, checking }: { readonly draft: Draft; readonly checking: Checking }) {
  const t = useTranslate();
  const { geometry, check } = draft;
  if (geometry === null) return <p className="panel-note">{t('check.draw-first')}</p>;
  if (checking.failure !== null) {
    return (
      <p className="reg-error">
        {t('check.failed')} <span lang="en">{checking.failure}</span>
      </p>
    );
  }
  if (check === null) return <p className="panel-note">{t('check.running')}</p>;
  const count = (severity: CheckFinding['severity']) =>
    check.parcel.findings.filter((finding) => finding.severity === severity).length;
  const [errors, warnings] = [count('error'), count('warning')];
  return (
    <>
      <p className="reg-check-line">
        {errors + warnings === 0 ? t('check.fine') : t('check.counts', { errors, warnings })}
      </p>
      {checking.isHere && <p className="panel-note">{t('check.offline')}</p>}
    </>
  );
}

function Eligible({ draft, checking }: { readonly draft: Draft; readonly checking: Checking }) {
  const t = useTranslate();
  const hasLayers = useRegister((state) => state.info?.hasEligibility ?? false);
  const eligibility = draft.check?.eligibility ?? null;
  if (draft.geometry === null) return null;
  if (eligibility) return <EligibilityCard eligibility={eligibility} />;
  if (checking.isHere && hasLayers) return <p className="panel-note">{t('check.eligibility-online')}</p>;
  return hasLayers ? null : <p className="panel-note">{t('eligible.none')}</p>;
}

/** A proposal that was accepted becomes the outline of the draft; one step that can be taken back. */
function mendDraft(draft: Draft, { rule }: CheckFinding, { kind, haBefore, haAfter, geometry }: MendProposal): void {
  const { provenance } = draft;
  const mends = [...provenance.mends, { rule, kind, haBefore, haAfter }];
  showShapes('proposal', []);
  record(() =>
    changeDraft(draft.draftId, {
      geometry,
      provenance: { ...provenance, mends },
      check: null,
      changedMs: Date.now(),
    }),
  );
}
