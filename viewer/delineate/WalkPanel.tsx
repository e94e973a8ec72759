import { Button, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';
import { formatHa, formatNumber } from '../panels/format.ts';
import { useStore } from '../state.ts';
import { useDrafts } from './drafts.ts';
import { DrawIcon } from './icons.tsx';
import { useLive } from './live.ts';
import { cancelSketch, finishWalk } from './sketching.ts';
import { draftName } from './surroundings.ts';
import { switchTo } from './switch-draft.ts';
import { areaBandHa } from './walk.ts';
import { useWalking } from './walk-store.ts';
import { pauseWalk, startWalk } from './walking.ts';

const LIMITS_M = [5, 10, 15, 30] as const;

/** Walking round the parcel: how sure the positions are, what was left out, hectares with their band. */
export function WalkPanel() {
  const t = useTranslate();
  const { state, trouble } = useWalking();
  return (
    <section className="draw-pill draw-walk" aria-label={t('draw.walk')}>
      <WalkFigures />
      {trouble && (
        <p className="draw-refusal" role="alert">
          {t(trouble)}
        </p>
      )}
      {!trouble && state !== 'walking' && (
        <p className="draw-hint">{t(state === 'asking' ? 'draw.walk.asking' : 'draw.walk.hint')}</p>
      )}
      {state === 'ready' && <LimitChoice />}
      <WalkButtons />
    </section>
  );
}

/** While another draft is looked at: the walk goes on in its own, and the way back to it. */
export function WalkAside() {
  const t = useTranslate();
  const { state, draftId, trouble } = useWalking();
  const draft = useDrafts(({ drafts }) => (draftId === null ? undefined : drafts.get(draftId)));
  if (!draft) return null;
  return (
    <section className="draw-pill draw-walk-aside" aria-label={t('draw.walk')}>
      <p className="draw-hint" role="status">
        {t(state === 'paused' ? 'draw.walk.aside-paused' : 'draw.walk.aside', { name: draftName(draft) })}
      </p>
      {trouble && (
        <p className="draw-refusal" role="alert">
          {t(trouble)}
        </p>
      )}
      <div className="draw-pill-buttons">
        <Button data-primary="" onPress={() => switchTo(draft.draftId)}>
          {t('draw.walk.back')}
        </Button>
      </div>
    </section>
  );
}

function WalkFigures() {
  const t = useTranslate();
  const language = useStore((store) => store.language);
  const { walk, last, rules, state } = useWalking();
  const ha = useLive(({ figures }) => figures?.ha ?? null);
  const band = areaBandHa(walk);
  if (state === 'ready') return null;
  return (
    <>
      {ha !== null && (
        <div className="draw-pill-figures">
          <span className="draw-ha">
            {formatHa(language, ha)}
            <span className="unit">ha</span>
          </span>
          {band !== null && (
            <span className="draw-side">{t('draw.walk.band', { ha: formatNumber(language, band, 3) })}</span>
          )}
        </div>
      )}
      <dl className="draw-walk-facts">
        <div>
          <dt>{t('draw.walk.accuracy')}</dt>
          <dd data-bad={(last && last.accuracyM > rules.worstM) || undefined}>
            {last ? `± ${formatNumber(language, last.accuracyM)} m` : '…'}
          </dd>
        </div>
        <div>
          <dt>{t('draw.walk.points')}</dt>
          <dd>{formatNumber(language, walk.fixes.length)}</dd>
        </div>
        <div>
          <dt>{t('draw.walk.unsure', { limit: rules.worstM })}</dt>
          <dd>{formatNumber(language, walk.unsure)}</dd>
        </div>
      </dl>
      {band !== null && state === 'paused' && <p className="draw-small">{t('draw.walk.how')}</p>}
    </>
  );
}

function LimitChoice() {
  const t = useTranslate();
  const worstM = useWalking(({ rules }) => rules.worstM);
  return (
    <div className="draw-walk-limit">
      <span id="draw-walk-limit">{t('draw.walk.limit')}</span>
      <ToggleButtonGroup
        aria-labelledby="draw-walk-limit"
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[String(worstM)]}
        onSelectionChange={(keys) =>
          useWalking.setState(({ rules }) => ({ rules: { ...rules, worstM: Number([...keys][0]) } }))
        }
      >
        {LIMITS_M.map((m) => (
          <ToggleButton key={m} id={String(m)} aria-label={t('draw.walk.limit.m', { m })}>
            {m} m
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </div>
  );
}

function WalkButtons() {
  const t = useTranslate();
  const { state, walk } = useWalking();
  const isGoing = state === 'walking' || state === 'asking';
  const hasBegun = walk.fixes.length > 0;
  return (
    <div className="draw-pill-buttons">
      {isGoing ? (
        <Button onPress={pauseWalk}>{t('draw.walk.pause')}</Button>
      ) : (
        <Button {...(hasBegun ? {} : { 'data-primary': '' })} onPress={startWalk}>
          {t(hasBegun ? 'draw.walk.on' : 'draw.walk.start')}
        </Button>
      )}
      {hasBegun && (
        <Button data-primary="" isDisabled={walk.fixes.length < 3} onPress={finishWalk}>
          {t('draw.walk.finish')}
        </Button>
      )}
      <Button aria-label={t('draw.cancel')} data-icon="" onPress={cancelSketch}>
        <DrawIcon name="cross" />
      </Button>
    </div>
  );
}
