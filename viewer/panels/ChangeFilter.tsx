import './change.css';
import { Button, Dialog, DialogTrigger, Popover, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { CHANGE_CHOICES, type ChangeCounts, type ParcelQuery } from '../../shared/api.ts';
import { CHANGE_CONFIDENCES } from '../../shared/change.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { ChangeIcon, ConfidenceSign } from './ChangeBadge.tsx';
import { CHANGED, changeFilterWords } from './change-words.ts';
import { formatNumber } from './format.ts';

/** Changed, and how sure: which parcels list and map keep by what their series says. None chosen keeps all. */
export function ChangeFilter({ counts }: { readonly counts: ChangeCounts }) {
  const t = useTranslate();
  const query = useStore((state) => state.query);
  const words = changeFilterWords(query, t);
  return (
    <DialogTrigger>
      <Button className="panel-filter-button" data-active={words !== '' || undefined}>
        <span className="panel-filter-name">{t('change.filter')}</span>
        <span className="panel-filter-words">{words === '' ? t('change.filter.all') : words}</span>
        <svg viewBox="0 0 16 16" aria-hidden="true" className="panel-filter-arrow">
          <path d="m4 6 4 4 4-4" />
        </svg>
      </Button>
      <Popover className="react-aria-Popover panel-filter-popover" placement="bottom start">
        <Dialog className="panel-filter" aria-label={t('change.filter')}>
          <FilterBody counts={counts} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function FilterBody({ counts }: { readonly counts: ChangeCounts }) {
  const t = useTranslate();
  const set = (part: Partial<Pick<ParcelQuery, 'change' | 'confidence'>>) => {
    const { query, set } = useStore.getState();
    set({ query: { ...query, ...part } });
  };
  return (
    <>
      <Findings counts={counts} />
      <Confidences counts={counts} />
      {/* Never disabled: a button that is would lose the keyboard's place, and with it the way to close by Escape. */}
      <div className="panel-filter-buttons">
        <Button onPress={() => set({ change: CHANGED })}>{t('change.filter.changed')}</Button>
        <Button onPress={() => set({ change: [], confidence: [] })}>{t('change.filter.reset')}</Button>
      </div>
    </>
  );
}

function Findings({ counts }: { readonly counts: ChangeCounts }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const chosen = useStore((state) => state.query.change);
  const choose = (keys: Iterable<unknown>) => {
    const { query, set } = useStore.getState();
    const wanted = new Set(keys);
    set({ query: { ...query, change: CHANGE_CHOICES.filter((one) => wanted.has(one)) } });
  };
  return (
    <>
      <h3 id="panel-filter-findings">{t('change.filter.finding')}</h3>
      <ToggleButtonGroup
        className="panel-chips"
        aria-labelledby="panel-filter-findings"
        selectionMode="multiple"
        selectedKeys={chosen}
        onSelectionChange={choose}
      >
        {CHANGE_CHOICES.map((finding) => (
          <ToggleButton
            key={finding}
            id={finding}
            className="panel-chip"
            isDisabled={counts.byFinding[finding] === 0 && !chosen.includes(finding)}
          >
            <ChangeIcon finding={finding} />
            {t(`change.finding.${finding}`)}
            <span className="panel-count">{formatNumber(language, counts.byFinding[finding])}</span>
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </>
  );
}

function Confidences({ counts }: { readonly counts: ChangeCounts }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const chosen = useStore((state) => state.query.confidence);
  const choose = (keys: Iterable<unknown>) => {
    const { query, set } = useStore.getState();
    const wanted = new Set(keys);
    set({ query: { ...query, confidence: CHANGE_CONFIDENCES.filter((one) => wanted.has(one)) } });
  };
  return (
    <>
      <h3 id="panel-filter-sure">{t('change.filter.confidence')}</h3>
      <ToggleButtonGroup
        className="panel-chips"
        aria-labelledby="panel-filter-sure"
        selectionMode="multiple"
        selectedKeys={chosen}
        onSelectionChange={choose}
      >
        {CHANGE_CONFIDENCES.map((confidence) => (
          <ToggleButton
            key={confidence}
            id={confidence}
            className="panel-chip"
            isDisabled={counts.byConfidence[confidence] === 0 && !chosen.includes(confidence)}
          >
            <ConfidenceSign confidence={confidence} />
            {t(`change.sure.${confidence}`)}
            <span className="panel-count">{formatNumber(language, counts.byConfidence[confidence])}</span>
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </>
  );
}
