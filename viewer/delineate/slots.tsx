import { lazy } from 'react';
import type { RunInfo, TwinInfo } from '../../shared/api.ts';

/** Where the register's own parts hang; all stand in a `Boundary` with `Suspense`, so one that fails takes nothing else with it. */

export interface PlaceProps {
  readonly run: RunInfo;
  readonly twin: TwinInfo | null;
}

/** Left column: list of registered parcels and drafts, import, export, offline. */
export const RegisterPanel = lazy(() => import('../register/RegisterPanel.tsx'));

/** Over the map while parcels are delineated: shows what the register has to show, both sides of a conflict among it. */
export const RegisterOnMap = lazy(() => import('../register/RegisterOnMap.tsx'));

/** Of a registered parcel that was chosen on the map or in the list: its versions, results, and what can be done. */
export const RecordPanel = lazy(() => import('../register/RecordPanel.tsx'));

/** Within the open draft: name, intervention, dates, tenure, and handing in. */
export const AttributeForm = lazy(() => import('../register/AttributeForm.tsx'));

/** Within the open draft: what the check found, proposals to mend, eligibility. */
export const FindingsPanel = lazy(() => import('../register/FindingsPanel.tsx'));

/** Within the open draft while it is in conflict: both versions, and the choice. */
export const ConflictPanel = lazy(() => import('../register/ConflictPanel.tsx'));
