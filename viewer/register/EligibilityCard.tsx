import './findings.css';
import type { Eligibility, EligibilityRule } from '../../shared/eligibility.ts';
import { sayDate, sayRule } from './eligibility-words.ts';
import { LightMark } from './LightMark.tsx';
import { sayHectares } from './quantities.ts';
import { useSpeaker } from './use-speaker.ts';
import { Words } from './Words.tsx';

/** The traffic light of a parcel: a sign, its word, and for each rule what it rests on. */
export function EligibilityCard({ eligibility }: { readonly eligibility: Eligibility }) {
  const { t } = useSpeaker();
  const { light, rules } = eligibility;
  const open = rules.filter((rule) => rule.light === 'more-information').map(({ rule }) => t(`eligible.${rule}`));
  return (
    <section className="reg-eligible" aria-label={t('eligible.title')}>
      <h3>{t('eligible.title')}</h3>
      <p className={`reg-eligible-light reg-light-${light}`}>
        <LightMark light={light} />
        <b>{t(`eligible.light.${light}`)}</b>
      </p>
      {light === 'more-information' && <p className="panel-note">{t('eligible.needed', { list: open.join(', ') })}</p>}
      <ul className="reg-rules">
        {rules.map((rule) => (
          <Rule key={rule.rule} rule={rule} />
        ))}
      </ul>
    </section>
  );
}

function Rule({ rule }: { readonly rule: EligibilityRule }) {
  const speaker = useSpeaker();
  const { t, language } = speaker;
  return (
    <li className="reg-rule">
      <LightMark light={rule.light} />
      <details open={rule.light !== 'pass'}>
        <summary>
          <b>{t(`eligible.${rule.rule}`)}</b> <span>{t(`eligible.rule.${rule.light}`)}</span>
        </summary>
        <p>
          <Words said={sayRule(rule, speaker)} />
        </p>
        <ul className="reg-evidence" aria-label={t('eligible.evidence')}>
          {rule.evidence.length === 0 && <li>{t('eligible.evidence.none')}</li>}
          {rule.evidence.map(({ layer, date, ha, unknownHa, attribution }) => (
            <li key={`${layer} ${date}`}>
              {layer}, {date === null ? t('eligible.evidence.undated') : sayDate(language, date)}:{' '}
              {ha === null
                ? t('eligible.evidence.silent')
                : t('eligible.evidence.ha', { ha: sayHectares(language, ha) })}
              {unknownHa > 0 && `; ${t('eligible.evidence.unknown', { ha: sayHectares(language, unknownHa) })}`}
              {attribution !== '' && <span className="reg-attribution">{attribution}</span>}
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}
