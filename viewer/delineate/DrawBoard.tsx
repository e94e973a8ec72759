import { Suspense } from 'react';
import { Boundary } from '../shell/Boundary.tsx';
import { type PlaceProps, RegisterOnMap } from './slots.tsx';

export interface BoardProps extends PlaceProps {
  readonly isPhone: boolean;
}

/** What drawing adds over the map: pointer, keys, what is being drawn and its figures. */
export default function DrawBoard({ run, twin }: BoardProps) {
  return (
    <Boundary>
      <Suspense fallback={null}>
        <RegisterOnMap run={run} twin={twin} />
      </Suspense>
    </Boundary>
  );
}
