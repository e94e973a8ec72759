import { useEffect, useState } from 'react';
import { Button, Input, Label, SearchField, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import type { RunInfo } from '../../shared/api.ts';
import type { ParcelStatus } from '../../shared/ramps.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { formatNumber } from './format.ts';
import { StatusIcon } from './StatusBadge.tsx';

const TYPING_PAUSE_MS = 250;
const STATUSES: readonly ParcelStatus[] = ['loss', 'gain', 'stable', 'not_distinguishable', 'no_data'];

/** Part of an id to look for; asked of the server once typing pauses. The page's shortcut `/` leads here. */
export function ParcelSearch() {
  const t = useTranslate();
  const asked = useStore((state) => state.query.q);
  const [text, setText] = useState(asked);

  useEffect(() => setText(asked), [asked]);
  useEffect(() => {
    if (text === useStore.getState().query.q) return;
    const pause = setTimeout(() => {
      // Read only now: a status may have been chosen while typing paused.
      const { query, set } = useStore.getState();
      set({ query: { ...query, q: text } });
    }, TYPING_PAUSE_MS);
    return () => clearTimeout(pause);
  }, [text]);

  return (
    <SearchField className="panel-search" value={text} onChange={setText} maxLength={200}>
      <Label className="visually-hidden">{t('table.search')}</Label>
      <svg viewBox="0 0 16 16" aria-hidden="true" className="panel-search-icon">
        <circle cx="7" cy="7" r="4.5" />
        <path d="m10.5 10.5 3.5 3.5" />
      </svg>
      <Input className="panel-search-input" placeholder={t('table.search')} />
      <kbd className="panel-search-key">/</kbd>
      <Button className="panel-search-clear" aria-label={t('table.clearSearch')}>
        ×
      </Button>
    </SearchField>
  );
}

/** Which statuses the list shows, with how many parcels have each; none chosen shows all. */
export function StatusFilter({ run }: { readonly run: RunInfo }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const chosen = useStore((state) => state.query.status);
  const choose = (keys: Iterable<unknown>) => {
    const { query, set } = useStore.getState();
    const wanted = new Set(keys);
    set({ query: { ...query, status: STATUSES.filter((status) => wanted.has(status)) } });
  };
  return (
    <ToggleButtonGroup
      className="panel-chips"
      aria-label={t('table.filter')}
      selectionMode="multiple"
      selectedKeys={chosen}
      onSelectionChange={choose}
    >
      {STATUSES.map((status) => (
        <ToggleButton
          key={status}
          id={status}
          className="panel-chip"
          isDisabled={run.counts.byStatus[status] === 0 && !chosen.includes(status)}
        >
          <StatusIcon status={status} />
          {t(`parcel.status.${status}`)}
          <span className="panel-count">{formatNumber(language, run.counts.byStatus[status])}</span>
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
