import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button, Disclosure, DisclosurePanel, Heading } from 'react-aria-components';
import type { RunInfo } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { Icon, type IconName } from './icons.tsx';
import { LayerCard } from './LayerCard.tsx';
import { Legend } from './Legend.tsx';

/** Narrower, and open cards would cover what is compared beneath them. */
const ROOMY_PX = 840;

/** The cards that float over the map. They fold away, by themselves where the map is narrow. */
export default function Cards({ run }: { run: RunInfo }) {
  const t = useTranslate();
  const frame = useRef<HTMLDivElement>(null);
  const isRoomy = useIsRoomy(frame);
  return (
    <div className="shell-cards" ref={frame}>
      <Card title={t('shell.layers')} icon="layers" isRoomy={isRoomy}>
        <LayerCard run={run} />
      </Card>
      <Card title={t('shell.legend')} icon="legend" isRoomy={isRoomy}>
        <Legend run={run} />
      </Card>
    </div>
  );
}

function useIsRoomy(frame: React.RefObject<HTMLDivElement | null>): boolean {
  const [isRoomy, setRoomy] = useState(true);
  useEffect(() => {
    const map = frame.current?.parentElement;
    if (!map) return;
    const observer = new ResizeObserver(() => setRoomy(map.clientWidth >= ROOMY_PX));
    observer.observe(map);
    return () => observer.disconnect();
  }, [frame]);
  return isRoomy;
}

interface CardProps {
  readonly title: string;
  readonly icon: IconName;
  readonly isRoomy: boolean;
  readonly children: ReactNode;
}

/** Open where there is room, until someone opens or folds it; the room changing asks anew. */
function Card({ title, icon, isRoomy, children }: CardProps) {
  const [chosen, setChosen] = useState<{ isOpen: boolean; isRoomy: boolean } | null>(null);
  const isOpen = chosen?.isRoomy === isRoomy ? chosen.isOpen : isRoomy;
  return (
    <Disclosure
      className="shell-card"
      isExpanded={isOpen}
      onExpandedChange={(wanted) => setChosen({ isOpen: wanted, isRoomy })}
    >
      <Heading level={2}>
        <Button slot="trigger" data-quiet="">
          <Icon name={icon} />
          <span className={isOpen || isRoomy ? 'shell-card-title' : 'visually-hidden'}>{title}</span>
          {(isOpen || isRoomy) && (
            <span className="shell-chevron">
              <Icon name="right" />
            </span>
          )}
        </Button>
      </Heading>
      <DisclosurePanel>{children}</DisclosurePanel>
    </Disclosure>
  );
}
