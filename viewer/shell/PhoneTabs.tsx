import { Button } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';
import { Icon, type IconName } from './icons.tsx';

export type PhoneTab = 'map' | 'parcels' | 'parcel' | 'layers';

const TABS = [
  ['map', 'map'],
  ['parcels', 'table'],
  ['parcel', 'parcel'],
  ['layers', 'layers'],
] as const satisfies readonly (readonly [PhoneTab, IconName])[];

interface PhoneTabsProps {
  readonly tab: PhoneTab;
  readonly isDelineating: boolean;
  onChange(tab: PhoneTab): void;
}

/** The bar at the foot of a phone: the map alone, or a sheet over its lower part. */
export function PhoneTabs({ tab, isDelineating, onChange }: PhoneTabsProps) {
  const t = useTranslate();
  return (
    <nav className="shell-tabbar" aria-label={t('shell.parts')}>
      {TABS.map(([one, icon]) => (
        <Button
          key={one}
          className="shell-tabbar-tab"
          {...(one === tab ? { 'aria-current': 'true' as const } : {})}
          onPress={() => onChange(one === tab ? 'map' : one)}
        >
          <Icon name={icon} />
          {t(isDelineating ? `draw.tab.${one}` : `shell.tab.${one}`)}
        </Button>
      ))}
    </nav>
  );
}
