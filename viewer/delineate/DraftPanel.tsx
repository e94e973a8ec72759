import { Suspense } from 'react';
import { Button } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';
import { surfacesOf, wantsCalm } from '../map/map-store.ts';
import { Fold } from '../panels/Fold.tsx';
import { Boundary } from '../shell/Boundary.tsx';
import { IconButton } from '../shell/IconButton.tsx';
import { Bones } from '../shell/Skeleton.tsx';
import { CornerList } from './CornerList.tsx';
import { DraftFigures } from './DraftFigures.tsx';
import { type Draft, dropDraft } from './drafts.ts';
import { endStep, record } from './history.ts';
import { endDrawingIn } from './sketching.ts';
import { AttributeForm, ConflictPanel, FindingsPanel } from './slots.tsx';
import { prepare } from './surroundings.ts';
import { switchTo } from './switch-draft.ts';
import { TypedCorner } from './TypedCorner.tsx';

/** The open draft: its figures, what was found about it, what is said about it. */
export function DraftPanel({ draft }: { draft: Draft }) {
  const t = useTranslate();
  return (
    <article className="draw-panel" aria-label={t('draw.draft')}>
      <DraftHeader draft={draft} />
      <DraftFigures draft={draft} />
      <TypedCorner />
      <Boundary>
        <Suspense fallback={<Bones />}>
          {draft.state === 'conflict' && <ConflictPanel draft={draft} />}
          <FindingsPanel draft={draft} />
          <AttributeForm draft={draft} />
        </Suspense>
      </Boundary>
      {draft.geometry && <Fold title={t('draw.corners')}>{() => <CornerList geometry={draft.geometry!} />}</Fold>}
      <DraftActions draft={draft} />
    </article>
  );
}

function DraftHeader({ draft }: { draft: Draft }) {
  const t = useTranslate();
  const { edits, provenance, attributes } = draft;
  const names = provenance.from.map(({ id }) => id).join(', ');
  const what = edits ? t('draw.panel.edits', { ...edits }) : t('draw.panel.new');
  return (
    <header className="draw-panel-head">
      <div>
        <h2>
          <bdi>{attributes.name ?? edits?.id ?? t('draw.panel.unnamed')}</bdi>
        </h2>
        <p className="draw-small">
          {what}
          {names !== '' && provenance.kind !== 'drawn' && ` · ${t('draw.panel.from', { names })}`}
        </p>
      </div>
      <IconButton icon="close" label={t('draw.panel.close')} onPress={() => switchTo(null)} />
    </header>
  );
}

function DraftActions({ draft }: { draft: Draft }) {
  const t = useTranslate();
  const drop = () => {
    // What was walked until now comes back with the draft.
    endStep();
    record(() => {
      endDrawingIn(draft.draftId);
      dropDraft(draft.draftId);
    });
  };
  return (
    <div className="draw-panel-actions">
      <Button isDisabled={draft.geometry === null} onPress={() => showDraft(draft)}>
        {t('draw.panel.fit')}
      </Button>
      <Button data-danger="" isDisabled={draft.state === 'waiting'} onPress={drop}>
        {t('draw.panel.drop')}
      </Button>
      <p className="draw-small">{t(draft.state === 'waiting' ? 'draw.panel.waiting' : 'draw.panel.dropped')}</p>
    </div>
  );
}

/** Brings a draft into the view. */
function showDraft({ geometry }: Draft): void {
  const box = geometry && prepare(geometry).box;
  if (box) surfacesOf()[0]?.fit([...box], wantsCalm());
}
