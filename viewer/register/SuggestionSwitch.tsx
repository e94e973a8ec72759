import { Button, Switch } from 'react-aria-components';
import { formatNumber } from '../panels/format.ts';
import { FailureNotice } from '../panels/Notice.tsx';
import { IconButton } from '../shell/IconButton.tsx';
import type { Speaker } from './finding-words.ts';
import { sayHectares, sayMetres, sayPercent } from './quantities.ts';
import { useRegister } from './register-store.ts';
import { fitShapes } from './shapes.ts';
import { type Candidate, chooseCandidate, showSuggestions, useSuggestions } from './suggestions-store.ts';
import { takeSuggestion } from './take-suggestion.ts';
import { useSpeaker } from './use-speaker.ts';

/** As many are listed for who does not use the map. */
const LISTED = 10;

/** Shows suggested areas on the map, lists the best, explains the one that is chosen and takes it over. */
export function SuggestionSwitch() {
  const { t, language } = useSpeaker();
  const isThere = useRegister((state) => state.info?.hasSuggestions ?? false);
  const { isShown, isLoading, candidates, failure, chosen } = useSuggestions();
  if (!isThere) return null;
  const all = candidates ?? [];
  const candidate = all.find(({ id }) => id === chosen);
  const ha = all.reduce((sum, one) => sum + (one.ha ?? 0), 0);
  return (
    <section className="reg-suggest" aria-label={t('suggest.show')}>
      <Switch isSelected={isShown} isDisabled={isLoading} onChange={(isOn) => void showSuggestions(isOn)}>
        <span className="indicator" />
        {t('suggest.show')}
        {isShown && candidates && (
          <span className="reg-soft">{t('suggest.count', { count: all.length, ha: sayHectares(language, ha) })}</span>
        )}
      </Switch>
      {failure && <FailureNotice failure={failure} onRetry={() => void showSuggestions(true)} />}
      {isShown && !candidate && <p className="panel-note">{t(all.length === 0 ? 'suggest.none' : 'suggest.why')}</p>}
      {isShown && !candidate && all.length > 0 && <Best candidates={all.slice(0, LISTED)} />}
      {isShown && candidate && <CandidateCard candidate={candidate} count={all.length} />}
    </section>
  );
}

function Best({ candidates }: { readonly candidates: readonly Candidate[] }) {
  const { t, language } = useSpeaker();
  return (
    <details>
      <summary>{t('suggest.best')}</summary>
      <ul className="reg-list">
        {candidates.map((candidate) => (
          <li className="reg-row" key={candidate.id}>
            <Button
              className="reg-row-main"
              onPress={() => {
                chooseCandidate(candidate.id);
                fitShapes([candidate.geometry]);
              }}
            >
              <span className="reg-row-name">{candidate.id}</span>
              {candidate.ha !== null && <span className="reg-row-ha">{sayHectares(language, candidate.ha)}</span>}
              <span className="reg-row-more">
                {candidate.intervention && t(`register.intervention.${candidate.intervention}`)}
              </span>
            </Button>
          </li>
        ))}
      </ul>
    </details>
  );
}

function CandidateCard({ candidate, count }: { readonly candidate: Candidate; readonly count: number }) {
  const speaker = useSpeaker();
  const { t } = speaker;
  const { id, rank, properties } = candidate;
  return (
    <div className="reg-candidate">
      <header className="reg-record-head">
        <div>
          <h3>{id}</h3>
          <p className="reg-soft">{t('suggest.rank', { rank, count })}</p>
        </div>
        <IconButton icon="close" label={t('register.close')} onPress={() => chooseCandidate(null)} />
      </header>
      <dl className="reg-facts">
        {factsOf(candidate, speaker).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className="panel-note">{t('suggest.screening')}</p>
      {properties.synthetic === true && <p className="panel-note">{t('suggest.synthetic')}</p>}
      <Button data-primary="" onPress={() => takeOver(candidate, speaker)}>
        {t('suggest.take')}
      </Button>
    </div>
  );
}

/** What is known of a suggested area, each with its name and unit; what is not known is left out. */
function factsOf({ ha, intervention, properties }: Candidate, { t, language }: Speaker): (readonly [string, string])[] {
  const number = (name: string) => (typeof properties[name] === 'number' ? (properties[name] as number) : null);
  const text = (name: string) => (typeof properties[name] === 'string' ? (properties[name] as string) : null);
  const say = (value: number | null, words: (value: number) => string) => (value === null ? null : words(value));
  const points = (value: number) => t('suggest.of-100', { value: formatNumber(language, value * 100) });
  const rows: (readonly [string, string | null])[] = [
    [t('suggest.area'), say(ha, (value) => sayHectares(language, value))],
    [t('suggest.potential'), intervention && t(`register.intervention.${intervention}`)],
    [t('suggest.passive'), say(number('potential_passive'), points)],
    [t('suggest.planting'), say(number('potential_planting'), points)],
    [
      t('suggest.cover', { years: number('years') ?? '' }),
      say(number('tree_cover_pct'), (value) => sayPercent(language, value)),
    ],
    [
      t('suggest.regrowth'),
      say(number('regrowth_pct_per_year'), (value) =>
        t('suggest.regrowth.value', { points: formatNumber(language, value, 1) }),
      ),
    ],
    [t('suggest.distance'), say(number('distance_to_trees_m'), (value) => sayMetres(language, value))],
    [t('suggest.slope'), say(number('slope_pct'), (value) => sayPercent(language, value))],
    [t('suggest.savanna'), say(number('natural_savanna_ha'), (value) => sayHectares(language, value))],
    [t('suggest.exclusions'), text('exclusions')],
    [t('suggest.unknown'), text('exclusions_not_known') === 'none' ? null : text('exclusions_not_known')],
  ];
  return rows.filter((row): row is readonly [string, string] => row[1] !== null);
}

function takeOver(candidate: Candidate, { t }: Speaker): void {
  takeSuggestion(candidate, t('suggest.reason', { id: candidate.id }));
  chooseCandidate(null);
}
