import {
  Button,
  Disclosure,
  DisclosurePanel,
  Heading,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  NumberField,
  Popover,
  Select,
  SelectValue,
  Switch,
} from 'react-aria-components';
import type { RunInfo } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { colouringOf, coloursOf, defaultColouring, displayFactor, yearsOf } from '../map/colouring.ts';
import { formatChange } from '../panels/format.ts';
import { type Colouring, useStore } from '../state.ts';
import { RAMP_CHOICES, RAMP_COLOURS, VALUE_FORMS, type ValueKind } from '../style/ramp-choices.ts';
import { gradient } from './gradient.ts';
import { Icon } from './icons.tsx';

/** Ramp, range and threshold of one kind of layer; the map follows at once. */
export default function ColouringControl({ run, kind }: { run: RunInfo; kind: ValueKind }) {
  const t = useTranslate();
  const chosen = useStore((state) => state.colouring);
  const years = yearsOf(run);
  const colouring = colouringOf(kind, chosen, years);
  const { set } = useStore.getState();
  const change = (part: Partial<Colouring>) => set({ colouring: { ...chosen, [kind]: { ...colouring, ...part } } });
  const reset = () => set({ colouring: Object.fromEntries(Object.entries(chosen).filter(([key]) => key !== kind)) });
  const isDefault = JSON.stringify(colouring) === JSON.stringify(defaultColouring(kind, years));
  return (
    <Disclosure className="shell-colouring">
      <Heading level={3}>
        <Button slot="trigger" data-quiet="">
          <span className="shell-chevron">
            <Icon name="right" />
          </span>
          {t('shell.colour.of', { kind: t(`shell.kind.${kind}`) })}
        </Button>
      </Heading>
      <DisclosurePanel>
        <div className="shell-colouring-body">
          <RampSelect kind={kind} colouring={colouring} onChange={change} />
          <Switch isSelected={colouring.isReversed} onChange={(isReversed) => change({ isReversed })}>
            <span className="indicator" />
            {t('shell.colour.reversed')}
          </Switch>
          <Ends kind={kind} colouring={colouring} onChange={change} />
          {kind === 'change' && <ChangeOnly run={run} colouring={colouring} onChange={change} />}
          <Button onPress={reset} isDisabled={isDefault}>
            <Icon name="reset" />
            {t('shell.colour.reset')}
          </Button>
        </div>
      </DisclosurePanel>
    </Disclosure>
  );
}

interface PartProps {
  readonly kind: ValueKind;
  readonly colouring: Colouring;
  onChange(part: Partial<Colouring>): void;
}

function RampSelect({ kind, colouring, onChange }: PartProps) {
  const t = useTranslate();
  const choices = RAMP_CHOICES[kind];
  const ramp = choices.find((choice) => choice === colouring.ramp) ?? choices[0]!;
  return (
    <Select value={ramp} onChange={(key) => onChange({ ramp: String(key) })}>
      <Label>{t('shell.colour.ramp')}</Label>
      <Button>
        <span className="shell-ramp" style={{ background: gradient(coloursOf(kind, colouring)) }} />
        <SelectValue className="visually-hidden">{t(`shell.ramp.${ramp}`)}</SelectValue>
        <Icon name="down" />
      </Button>
      <Popover>
        <ListBox>
          {choices.map((choice) => (
            <ListBoxItem key={choice} id={choice} textValue={t(`shell.ramp.${choice}`)}>
              <span className="shell-ramp" style={{ background: gradient(RAMP_COLOURS[choice]) }} />
              {t(`shell.ramp.${choice}`)}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}

/** Range of the ramp, and the threshold outside which nothing is drawn; an empty threshold is none. */
function Ends({ kind, colouring, onChange }: PartProps) {
  const t = useTranslate();
  const factor = displayFactor(kind);
  const [low, high] = [colouring.low * factor, colouring.high * factor];
  const scaled = (value: number | null) => (value === null ? null : value * factor);
  const { step, unit } = VALUE_FORMS[kind];
  const isGrouped = unit !== 'year';
  const orNull = (value: number) => (Number.isNaN(value) ? null : value / factor);
  return (
    <>
      <fieldset className="shell-pair">
        <legend>{t('shell.colour.range')}</legend>
        <Field
          label={t('shell.colour.from')}
          value={low}
          step={step}
          isGrouped={isGrouped}
          onChange={(value) => value < high && onChange({ low: value / factor })}
        />
        <Field
          label={t('shell.colour.to')}
          value={high}
          step={step}
          isGrouped={isGrouped}
          onChange={(value) => value > low && onChange({ high: value / factor })}
        />
      </fieldset>
      <fieldset className="shell-pair">
        <legend>{t('shell.colour.only')}</legend>
        <Field
          label="≥"
          value={scaled(colouring.min)}
          step={step}
          isGrouped={isGrouped}
          onChange={(value) => onChange({ min: orNull(value) })}
        />
        <Field
          label="≤"
          value={scaled(colouring.max)}
          step={step}
          isGrouped={isGrouped}
          onChange={(value) => onChange({ max: orNull(value) })}
        />
      </fieldset>
    </>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: number | null;
  readonly step: number;
  /** False for years. */
  readonly isGrouped: boolean;
  onChange(value: number): void;
}

function Field({ label, value, step, isGrouped, onChange }: FieldProps) {
  return (
    <NumberField
      value={value ?? Number.NaN}
      step={step}
      formatOptions={{ maximumFractionDigits: step < 1 ? 3 : 0, useGrouping: isGrouped }}
      onChange={onChange}
    >
      <Label>{label}</Label>
      <Input />
    </NumberField>
  );
}

/** The run's own thresholds with one press: ground that counts as loss, as gain, or all. */
function ChangeOnly({ run, colouring, onChange }: Omit<PartProps, 'kind'> & { run: RunInfo }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const { loss, gain } = run.thresholds;
  const isLoss = colouring.max === loss && colouring.min === null;
  const isGain = colouring.min === gain && colouring.max === null;
  return (
    <div className="shell-buttons">
      <Button onPress={() => onChange({ min: null, max: loss })} isDisabled={isLoss}>
        {t('shell.colour.loss')} ≤ {formatChange(language, loss * 100, 0)}
      </Button>
      <Button onPress={() => onChange({ min: gain, max: null })} isDisabled={isGain}>
        {t('shell.colour.gain')} ≥ {formatChange(language, gain * 100, 0)}
      </Button>
    </div>
  );
}
