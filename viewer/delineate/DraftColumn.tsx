import { Suspense } from 'react';
import { Boundary } from '../shell/Boundary.tsx';
import { Bones } from '../shell/Skeleton.tsx';
import { useBoard } from './board.ts';
import { DraftPanel } from './DraftPanel.tsx';
import { useDrafts } from './drafts.ts';
import { RecordPanel } from './slots.tsx';

/** Right column where parcels are delineated: the open draft, else the registered parcel that was chosen. */
export default function DraftColumn() {
  const draft = useDrafts(({ drafts, openId }) => (openId === null ? undefined : drafts.get(openId)));
  const chosen = useBoard((state) => state.chosen);
  if (draft) return <DraftPanel draft={draft} />;
  if (chosen === null) return null;
  return (
    <Boundary key={chosen}>
      <Suspense fallback={<Bones />}>
        <RecordPanel id={chosen} />
      </Suspense>
    </Boundary>
  );
}
