import { lazy, type ReactNode, Suspense } from 'react';
import type { RunInfo, TwinInfo } from '../../shared/api.ts';
import { useBoard } from '../delineate/board.ts';
import { useDrafts } from '../delineate/drafts.ts';
import { RegisterPanel } from '../delineate/slots.tsx';
import { type MessageKey, useTranslate } from '../i18n/translate.ts';
import MapPanel from '../map/MapPanel.tsx';
import { useStore } from '../state.ts';
import { Boundary } from './Boundary.tsx';
import { IconButton } from './IconButton.tsx';
import { PhoneTabs } from './PhoneTabs.tsx';
import { Resizer } from './Resizer.tsx';
import { Sheet } from './Sheet.tsx';
import { Bones } from './Skeleton.tsx';
import { type LeftColumn, usePhoneTab } from './use-left-column.ts';
import { useWidth } from './use-width.ts';

/** Not needed for the map itself, which comes first. */
const ParcelTable = lazy(() => import('../panels/ParcelTable.tsx'));
const ParcelPanel = lazy(() => import('../panels/ParcelPanel.tsx'));
const TimeSlider = lazy(() => import('../panels/TimeSlider.tsx'));
const Cards = lazy(() => import('./Cards.tsx'));
const LayerSheet = lazy(() => import('./LayerSheet.tsx'));
const DrawBar = lazy(() => import('../delineate/DrawBar.tsx'));
const DrawBoard = lazy(() => import('../delineate/DrawBoard.tsx'));
const DraftColumn = lazy(() => import('../delineate/DraftColumn.tsx'));

const LEFT = { minPx: 240, maxPx: 640, usualPx: 392 };
const RIGHT = { minPx: 320, maxPx: 720, usualPx: 400 };

interface MapPageProps {
  readonly run: RunInfo;
  readonly twin: TwinInfo | null;
  readonly isPhone: boolean;
  readonly left: LeftColumn;
}

/** Table, map with its cards, slider and open parcel: columns on a desk, map with a sheet on a phone. */
export function MapPage({ run, twin, isPhone, left }: MapPageProps) {
  const t = useTranslate();
  const isDelineating = useStore((state) => state.page === 'delineate');
  const parcel = useStore((state) => state.parcel);
  const hasDraft = useDrafts(({ openId }) => openId !== null);
  const hasChosen = useBoard(({ chosen }) => chosen !== null);
  const [tab, setTab] = usePhoneTab(isDelineating ? null : parcel);
  const [leftPx, setLeftPx] = useWidth('left-width', LEFT);
  const [rightPx, setRightPx] = useWidth('right-width', RIGHT);
  const hasLeft = isPhone ? tab === 'parcels' : left.isOpen;
  const hasRight = isPhone ? tab === 'parcel' : isDelineating ? hasDraft || hasChosen : parcel !== null;
  const place = { run, twin };
  return (
    <div className="shell-map-page" data-tab={isPhone ? tab : undefined}>
      {hasLeft && (
        <Column {...(isDelineating ? REGISTER : TABLE)} widthPx={leftPx} isPhone={isPhone}>
          {isDelineating ? (
            <RegisterPanel {...place} />
          ) : run.counts.parcels === 0 ? (
            <Empty words={t('shell.empty.parcels')} />
          ) : (
            <ParcelTable run={run} />
          )}
        </Column>
      )}
      {hasLeft && !isPhone && (
        <Resizer label={t('shell.resize.left')} widthPx={leftPx} onChange={setLeftPx} grows={1} {...LEFT} />
      )}
      <div className="shell-centre" data-page={isDelineating ? 'delineate' : undefined}>
        {isDelineating && (
          <Boundary>
            <Suspense fallback={<div className="shell-draw-place" />}>
              <DrawBar {...place} isPhone={isPhone} />
            </Suspense>
          </Boundary>
        )}
        <div id="map" className="shell-map" tabIndex={-1}>
          <Boundary>
            <MapPanel run={run} twin={twin} />
          </Boundary>
          {isDelineating && (
            <Boundary>
              <Suspense fallback={null}>
                <DrawBoard {...place} isPhone={isPhone} />
              </Suspense>
            </Boundary>
          )}
          {!isPhone && (
            <div className="shell-edge">
              <IconButton
                icon={left.isOpen ? 'left' : 'right'}
                label={t(left.isOpen ? 'shell.left.close' : 'shell.left.open')}
                onPress={left.toggle}
              />
            </div>
          )}
          {!isPhone && (
            <Suspense fallback={null}>
              <Cards run={run} />
            </Suspense>
          )}
          {run.layers.length === 0 && <Empty words={t('shell.empty.layers')} />}
        </div>
        <section className="shell-slider" aria-label={t('shell.slider')}>
          <Boundary>
            <Suspense fallback={<span className="shell-slider-place" />}>
              <TimeSlider run={run} />
            </Suspense>
          </Boundary>
        </section>
      </div>
      {hasRight && !isPhone && (
        <Resizer label={t('shell.resize.right')} widthPx={rightPx} onChange={setRightPx} grows={-1} {...RIGHT} />
      )}
      {hasRight && (
        <Column {...(isDelineating ? DRAFT : PARCEL)} widthPx={rightPx} isPhone={isPhone}>
          {isDelineating ? (
            <DraftColumn />
          ) : parcel === null ? (
            <Empty words={t('shell.empty.parcel')} />
          ) : (
            <ParcelPanel run={run} />
          )}
        </Column>
      )}
      {isPhone && tab === 'layers' && (
        <Column id="layers" name="layers" label="shell.layers" widthPx={0} isPhone>
          <LayerSheet run={run} />
        </Column>
      )}
      {isPhone && <PhoneTabs tab={tab} isDelineating={isDelineating} onChange={setTab} />}
    </div>
  );
}

interface ColumnProps {
  readonly id: string;
  readonly name: 'left' | 'right' | 'layers';
  readonly label: MessageKey;
  readonly widthPx: number;
  readonly isPhone: boolean;
  readonly children: ReactNode;
}

const TABLE = { id: 'parcels', name: 'left', label: 'shell.parcels' } as const;
const REGISTER = { id: 'register', name: 'left', label: 'draw.register' } as const;
const PARCEL = { id: 'parcel', name: 'right', label: 'shell.parcel' } as const;
const DRAFT = { id: 'draft', name: 'right', label: 'draw.draft' } as const;

function Column({ id, name, label: labelKey, widthPx, isPhone, children }: ColumnProps) {
  const label = useTranslate()(labelKey);
  if (isPhone) {
    return (
      <Sheet id={id} label={label}>
        <Boundary>
          <Suspense fallback={<Bones />}>{children}</Suspense>
        </Boundary>
      </Sheet>
    );
  }
  return (
    <section id={id} className={`shell-${name}`} aria-label={label} tabIndex={-1} style={{ width: widthPx }}>
      <Boundary>
        <Suspense fallback={<Bones />}>{children}</Suspense>
      </Boundary>
    </section>
  );
}

function Empty({ words }: { words: string }) {
  return <p className="shell-empty">{words}</p>;
}
