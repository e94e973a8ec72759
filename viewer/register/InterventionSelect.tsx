import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue, Text } from 'react-aria-components';
import { INTERVENTIONS, type Intervention } from '../../shared/parcel-check.ts';
import { useTranslate } from '../i18n/translate.ts';
import { Icon } from '../shell/icons.tsx';

interface SelectProps {
  readonly value: Intervention | null;
  readonly isDisabled?: boolean;
  /** Where it is one of several that may be filled in. */
  readonly isOptional?: boolean;
  readonly onChange: (intervention: Intervention) => void;
}

/** What is planned; each of the six with a line that tells it from the others. */
export function InterventionSelect({ value, isDisabled = false, isOptional = false, onChange }: SelectProps) {
  const t = useTranslate();
  return (
    <Select
      className="react-aria-Select reg-field"
      value={value}
      isDisabled={isDisabled}
      onChange={(key) => key !== null && onChange(key as Intervention)}
    >
      <Label>
        {t('register.intervention')}
        {!isOptional && <span className="reg-mark-word">{t('register.required')}</span>}
      </Label>
      <Button>
        <SelectValue>
          {value === null ? t('register.intervention.choose') : t(`register.intervention.${value}`)}
        </SelectValue>
        <Icon name="down" />
      </Button>
      {value !== null && <p className="reg-hint">{t(`register.intervention.${value}.why`)}</p>}
      <Popover>
        <ListBox className="react-aria-ListBox reg-interventions">
          {INTERVENTIONS.map((one) => (
            <ListBoxItem key={one} id={one} textValue={t(`register.intervention.${one}`)}>
              <Text slot="label">{t(`register.intervention.${one}`)}</Text>
              <Text slot="description" className="reg-hint">
                {t(`register.intervention.${one}.why`)}
              </Text>
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}
