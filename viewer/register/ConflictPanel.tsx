import './register.css';
import './conflict.css';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import type { GeoJsonGeometry } from '../../shared/api.ts';
import type { ParcelAttributes } from '../../shared/parcel-check.ts';
import type { RegisterConflict } from '../../shared/register.ts';
import type { Draft } from '../delineate/drafts.ts';
import { formatDay } from '../panels/format.ts';
import { Icon } from '../shell/icons.tsx';
import { formatMoment } from '../shell/moment.ts';
import { type Compared, differenceOf, differingAttributes } from './conflict.ts';
import type { Speaker } from './finding-words.ts';
import { LookSwatch } from './LookSwatch.tsx';
import { haOfGeometry } from './measure-geometry.ts';
import { sayHectares } from './quantities.ts';
import { editOn, keepTheirs, putMineOnTop, takeAsNewParcel } from './resolve-conflict.ts';
import { fitShapes, type Shape, type ShapeLook, showShapes } from './shapes.ts';
import { useSpeaker } from './use-speaker.ts';

/** Somebody was faster: both versions and what they were made on, on the map and side by side, and what can be done. */
export default function ConflictPanel({ draft }: { readonly draft: Draft }) {
  const { conflict } = draft;
  return conflict === null ? null : <Conflict key={draft.draftId} draft={draft} conflict={conflict} />;
}

interface ConflictProps {
  readonly draft: Draft;
  readonly conflict: RegisterConflict;
}

function Conflict({ draft, conflict }: ConflictProps) {
  const { t, language } = useSpeaker();
  const { current, base } = conflict;
  const shapes = useMemo(() => shapesOf(draft.geometry, conflict), [draft.geometry, conflict]);
  useEffect(() => {
    showShapes('conflict', shapes);
    fitShapes(shapes.map(({ geometry }) => geometry));
    return () => showShapes('conflict', []);
  }, [shapes]);
  // Handing in is done at the foot of the column; what came of it stands at its head.
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    section.current?.scrollIntoView({ block: 'start' });
    section.current?.focus({ preventScroll: true });
  }, []);
  return (
    <section className="reg-conflict" aria-label={t('conflict.title')} ref={section} tabIndex={-1}>
      <h3>
        <Icon name="warning" />
        {t('conflict.title')}
      </h3>
      <p>
        {t('conflict.text', {
          author: current.author,
          version: current.version,
          time: formatMoment(language, Date.parse(current.at)),
          base: draft.edits?.version ?? '',
          reason: current.reason,
        })}
      </p>
      {current.state === 'withdrawn' && <p className="reg-error">{t('conflict.withdrawn')}</p>}
      <Outlines draft={draft} conflict={conflict} />
      {base === null && <p className="panel-note">{t('conflict.no-base')}</p>}
      <Button data-quiet="" onPress={() => fitShapes(shapes.map(({ geometry }) => geometry))}>
        <Icon name="map" />
        {t('conflict.show')}
      </Button>
      <Attributes mine={draft.attributes} theirs={current.attributes} base={base?.attributes ?? null} />
      <Choices draft={draft} conflict={conflict} />
    </section>
  );
}

function shapesOf(mine: GeoJsonGeometry | null, { current, base }: RegisterConflict): Shape[] {
  return [
    ...(base ? [{ look: 'base' as const, geometry: base.geometry }] : []),
    { look: 'theirs', geometry: current.geometry },
    ...(mine ? [{ look: 'mine' as const, geometry: mine }] : []),
  ];
}

/** The legend of the three outlines with their hectares, and what each has that the other has not. */
function Outlines({ draft: { geometry, edits }, conflict: { current, base } }: ConflictProps) {
  const { t, language } = useSpeaker();
  const difference = useMemo(
    () => (geometry ? differenceOf(geometry, current.geometry) : null),
    [geometry, current.geometry],
  );
  const ha = (value: number | null) => (value === null ? t('conflict.unmeasured') : sayHectares(language, value));
  const rows: readonly (readonly [ShapeLook | null, string, number | null])[] = [
    ['mine', t('conflict.mine'), geometry && haOfGeometry(geometry)],
    ['theirs', t('conflict.theirs', { version: current.version }), current.parcelHa],
    ...(base
      ? [['base', t('conflict.base', { version: edits?.version ?? base.version }), base.parcelHa] as const]
      : []),
    ...(difference && !isSame(difference)
      ? [
          [null, t('conflict.only-mine'), difference.onlyMineHa] as const,
          [null, t('conflict.only-theirs'), difference.onlyTheirsHa] as const,
        ]
      : []),
  ];
  return (
    <>
      <table className="reg-outlines">
        <caption className="visually-hidden">{t('conflict.ha')}</caption>
        <tbody>
          {rows.map(([look, name, value]) => (
            <tr key={name}>
              <th scope="row">
                {look && <LookSwatch look={look} />}
                {name}
              </th>
              <td>{ha(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {difference && isSame(difference) && <p className="panel-note">{t('conflict.same')}</p>}
    </>
  );
}

function isSame({ onlyMineHa, onlyTheirsHa }: ReturnType<typeof differenceOf>): boolean {
  return onlyMineHa === 0 && onlyTheirsHa === 0;
}

interface AttributesProps {
  readonly mine: ParcelAttributes;
  readonly theirs: ParcelAttributes;
  readonly base: ParcelAttributes | null;
}

/** Only what differs: the rest is no question. */
function Attributes({ mine, theirs, base }: AttributesProps) {
  const speaker = useSpeaker();
  const { t } = speaker;
  const differing = differingAttributes(mine, theirs);
  if (differing.length === 0) return <p className="panel-note">{t('conflict.attributes.same')}</p>;
  return (
    <table className="reg-sides">
      <caption>{t('conflict.attributes')}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{t('conflict.mine')}</th>
          <th scope="col">{t('conflict.theirs.short')}</th>
        </tr>
      </thead>
      <tbody>
        {differing.map((name) => (
          <tr key={name}>
            <th scope="row">{t(LABELS[name])}</th>
            <td data-changed={base !== null && base[name] !== mine[name] ? '' : undefined}>
              {sayAttribute(mine, name, speaker)}
            </td>
            <td data-changed={base !== null && base[name] !== theirs[name] ? '' : undefined}>
              {sayAttribute(theirs, name, speaker)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const LABELS = {
  name: 'register.name',
  intervention: 'register.intervention',
  startDate: 'register.start-date',
  tenure: 'register.tenure',
  consent: 'register.consent',
  statedHa: 'register.record.stated',
} as const;

function sayAttribute(attributes: ParcelAttributes, name: Compared, { t, language }: Speaker): string {
  const { intervention, startDate, statedHa } = attributes;
  if (attributes[name] === null) return t('conflict.nothing-said');
  if (name === 'intervention') return t(`register.intervention.${intervention!}`);
  if (name === 'startDate') return Number.isNaN(Date.parse(startDate!)) ? startDate! : formatDay(language, startDate!);
  if (name === 'statedHa') return sayHectares(language, statedHa!);
  return String(attributes[name]);
}

/** Four ways out; the one that deletes asks once more. */
function Choices({ draft, conflict: { current } }: ConflictProps) {
  const { t } = useSpeaker();
  const [isSure, setSure] = useState(false);
  const { version } = current;
  return (
    <div className="reg-choices">
      <h4>{t('conflict.choose')}</h4>
      {current.state === 'active' && (
        <Choice
          name={t('conflict.keep-mine')}
          why={t('conflict.keep-mine.why', { next: version + 1 })}
          isPrimary
          onPress={() => putMineOnTop(draft)}
        />
      )}
      <Choice
        name={t(isSure ? 'conflict.keep-theirs.sure' : 'conflict.keep-theirs')}
        why={t('conflict.keep-theirs.why', { version })}
        onPress={() => (isSure ? keepTheirs(draft) : setSure(true))}
      />
      <Choice
        name={t('conflict.new-parcel')}
        why={t('conflict.new-parcel.why')}
        onPress={() => takeAsNewParcel(draft)}
      />
      {current.state === 'active' && (
        <Choice
          name={t('conflict.edit-on')}
          why={t('conflict.edit-on.why', { version })}
          onPress={() => editOn(draft)}
        />
      )}
    </div>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly why: string;
  readonly isPrimary?: boolean;
  readonly onPress: () => void;
}

function Choice({ name, why, isPrimary = false, onPress }: ChoiceProps) {
  return (
    <div className="reg-choice">
      <Button {...(isPrimary ? { 'data-primary': '' } : {})} onPress={onPress}>
        {name}
      </Button>
      <p className="panel-note">{why}</p>
    </div>
  );
}
