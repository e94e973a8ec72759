import { useDeferredValue, useMemo, useState } from 'react';
import { Button, Input, Label, SearchField } from 'react-aria-components';
import type { ParcelVersion } from '../../shared/register.ts';
import { chooseParcel, useBoard } from '../delineate/board.ts';
import { switchTo } from '../delineate/switch-draft.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { findParcels } from './find-parcels.ts';
import { sayHectares } from './quantities.ts';
import { useRegister } from './register-store.ts';
import { fitBox } from './shapes.ts';

/** As many rows are made at a time. */
const STEP = 100;

/** Registered parcels of the chosen region. */
export function ParcelList() {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const parcels = useRegister((state) => state.parcels);
  const isKnown = useRegister((state) => state.revision !== null);
  const regionId = useRegister((state) => state.regionId);
  const [text, setText] = useState('');
  const [shown, setShown] = useState(STEP);
  const asked = useDeferredValue(text);
  const all = useMemo(() => findParcels(parcels.values(), { regionId, text: '' }), [parcels, regionId]);
  const found = useMemo(() => findParcels(all, { regionId, text: asked }), [all, regionId, asked]);
  const ha = found.reduce((sum, { parcelHa }) => sum + parcelHa, 0);
  return (
    <section className="reg-parcels" aria-label={t('register.parcels')}>
      <div className="reg-parcels-head">
        <h3>{t('register.parcels')}</h3>
        {isKnown && (
          <span className="reg-soft" role="status">
            {t('register.count', { count: found.length, ha: sayHectares(language, ha) })}
          </span>
        )}
      </div>
      {all.length > 0 && <ParcelSearch text={text} onChange={setText} />}
      {isKnown && all.length === 0 && <p className="panel-empty">{t('register.none')}</p>}
      {all.length > 0 && found.length === 0 && <p className="panel-empty">{t('register.none-found')}</p>}
      <ul className="reg-list">
        {found.slice(0, shown).map((parcel) => (
          <ParcelRow key={parcel.id} parcel={parcel} />
        ))}
      </ul>
      {found.length > shown && (
        <Button data-quiet="" onPress={() => setShown((count) => count + STEP)}>
          {t('register.more', { count: Math.min(STEP, found.length - shown) })}
        </Button>
      )}
    </section>
  );
}

function ParcelSearch({ text, onChange }: { readonly text: string; readonly onChange: (text: string) => void }) {
  const t = useTranslate();
  return (
    <SearchField className="panel-search" value={text} onChange={onChange} maxLength={200}>
      <Label className="visually-hidden">{t('register.search')}</Label>
      <svg viewBox="0 0 16 16" aria-hidden="true" className="panel-search-icon">
        <circle cx="7" cy="7" r="4.5" />
        <path d="m10.5 10.5 3.5 3.5" />
      </svg>
      <Input className="panel-search-input" placeholder={t('register.search')} />
      <Button className="panel-search-clear" aria-label={t('register.search.clear')}>
        ×
      </Button>
    </SearchField>
  );
}

function ParcelRow({ parcel }: { readonly parcel: ParcelVersion }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const isChosen = useBoard((state) => state.chosen === parcel.id);
  const show = () => {
    switchTo(null);
    chooseParcel(parcel.id);
    fitBox(parcel.bboxDeg);
  };
  return (
    <li className="reg-row" data-current={isChosen || undefined} data-register-parcel={parcel.id}>
      <Button className="reg-row-main" onPress={show} {...(isChosen ? { 'aria-current': 'true' as const } : {})}>
        <bdi className="reg-row-name">{parcel.attributes.name ?? t('register.unnamed')}</bdi>
        <span className="reg-row-ha">{sayHectares(language, parcel.parcelHa)}</span>
        <span className="reg-row-more">
          <span>{parcel.id}</span>
          <span>{t('register.version', { version: parcel.version })}</span>
        </span>
      </Button>
    </li>
  );
}
