import { ToggleButton } from 'react-aria-components';
import type { ParcelHistory, ParcelVersion, Provenance } from '../../shared/register.ts';
import { formatMoment } from '../shell/moment.ts';
import { sayPlace } from './file-words.ts';
import { sayProposal } from './finding-words.ts';
import { sayHectares } from './quantities.ts';
import { fitShapes, showShapes, useShapes } from './shapes.ts';
import { useSpeaker } from './use-speaker.ts';
import { Words } from './Words.tsx';

interface ItemProps {
  readonly version: ParcelVersion;
  readonly isCurrent: boolean;
  /** Whose results were measured on this version. */
  readonly runs: ParcelHistory['results'];
}

/** One version: who, when, why, from where, which warnings stood, and which runs measured it. */
export function VersionItem({ version, isCurrent, runs }: ItemProps) {
  const { t, language } = useSpeaker();
  const { at, author, reason, parcelHa, provenance, state, warnings = [] } = version;
  return (
    <li className="reg-version">
      <p className="reg-version-head">
        <b>{t('register.history.version', { version: version.version })}</b>
        {isCurrent && <span className="reg-tag">{t('register.history.current')}</span>}
        {state === 'withdrawn' && <span className="reg-tag reg-tag-warn">{t('register.record.withdrawn')}</span>}
        <span className="reg-version-ha">{sayHectares(language, parcelHa)}</span>
      </p>
      <p className="reg-version-reason">{reason}</p>
      <p className="reg-soft">{t('register.history.by', { author, time: formatMoment(language, Date.parse(at)) })}</p>
      <Origin provenance={provenance} />
      {warnings.length > 0 && (
        <details className="reg-soft">
          <summary>{t('register.history.warnings')}</summary>
          <ul lang="en">
            {warnings.map(({ rule, message }) => (
              <li key={rule + message}>{message}</li>
            ))}
          </ul>
        </details>
      )}
      {runs.length > 0 && (
        <p className="reg-soft">
          {t('register.history.results')} {runs.map(({ label }) => label).join(', ')}
        </p>
      )}
      <OutlineToggle version={version} />
    </li>
  );
}

function Origin({ provenance: { kind, file, from, mends } }: { readonly provenance: Provenance }) {
  const speaker = useSpeaker();
  const { t, language } = speaker;
  const list = from.map(({ id, version }) => `${id} (${t('register.version', { version })})`).join(', ');
  const ha = (value: number | null) =>
    value === null ? t('register.history.unmeasured') : sayHectares(language, value);
  return (
    <>
      <p className="reg-soft">
        {t(`register.provenance.${kind}`)}
        {file && `, ${t('register.history.file', { file: file.name, place: sayPlace(file.place, speaker) })}`}
        {file?.assumedCrs && `, ${t('register.history.crs', { crs: file.assumedCrs })}`}
        {file?.layer && `, ${t('register.history.layer', { layer: file.layer })}`}
        {from.length > 0 && `, ${t('register.history.from', { list })}`}
      </p>
      {mends.map(({ rule, kind: mend, haBefore, haAfter }) => (
        <p className="reg-soft" key={`${rule} ${mend} ${haAfter}`}>
          <Words
            said={{
              text: t('register.history.mend', {
                what: sayProposal({ kind: mend, message: mend }, speaker).text,
                before: ha(haBefore),
                after: ha(haAfter),
              }),
              isEnglish: false,
            }}
          />
        </p>
      ))}
    </>
  );
}

/** Draws the outline of a version over the newest one. */
function OutlineToggle({ version }: { readonly version: ParcelVersion }) {
  const { t } = useSpeaker();
  const isShown = useShapes(({ shapes }) => shapes.history?.[0]?.geometry === version.geometry);
  const show = (isOn: boolean) => {
    showShapes('history', isOn ? [{ look: 'version', geometry: version.geometry }] : []);
    if (isOn) fitShapes([version.geometry]);
  };
  return (
    <ToggleButton
      data-quiet=""
      className="react-aria-ToggleButton reg-small"
      aria-label={`${t('register.history.show')}, ${t('register.history.version', { version: version.version })}`}
      isSelected={isShown}
      onChange={show}
    >
      {t('register.history.show')}
    </ToggleButton>
  );
}
