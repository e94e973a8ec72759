import { Suspense } from 'react';
import { useTranslate } from '../i18n/translate.ts';
import { Boundary } from '../shell/Boundary.tsx';
import { Bones } from '../shell/Skeleton.tsx';
import type { Draft } from './drafts.ts';
import { AttributeForm, ConflictPanel, FindingsPanel } from './slots.tsx';

/** The open draft: its figures, what was found about it, what is said about it. */
export function DraftPanel({ draft }: { draft: Draft }) {
  const t = useTranslate();
  return (
    <article className="draw-panel" aria-label={t('draw.draft')}>
      <Boundary>
        <Suspense fallback={<Bones />}>
          {draft.state === 'conflict' && <ConflictPanel draft={draft} />}
          <FindingsPanel draft={draft} />
          <AttributeForm draft={draft} />
        </Suspense>
      </Boundary>
    </article>
  );
}
