import {
  Button,
  Header,
  Label,
  ListBox,
  ListBoxItem,
  ListBoxSection,
  Popover,
  Select,
  SelectValue,
} from 'react-aria-components';
import { type LayerInfo, type RunInfo, type SceneStyle, sceneLayerId } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { formatDay, formatPlatform } from '../panels/format.ts';
import { useStore } from '../state.ts';
import { Icon } from './icons.tsx';
import {
  describeLayer,
  formatPeriod,
  isYearly,
  kindOf,
  LAYER_GROUPS,
  layersOf,
  nearestScene,
  picturesOf,
  sceneOf,
  type YearlyKind,
  yearLayerNear,
  yearLayersOf,
} from './layer-options.ts';

/** Choice of what one side of the map shows: a layer of a period, or one acquisition in a style and of a date. */
export function LayerSelect({ run, side, label }: { run: RunInfo; side: 'left' | 'right'; label: string }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const layerId = useStore((state) => state[side]);
  const acquisition = useStore((state) => state.acquisition);
  const set = useStore((state) => state.set);
  const scene = sceneOf(layerId);
  const { name, dates } = describeLayer(run, layerId, { t, language });

  const kind = kindOf(run, layerId);
  const yearly = !scene && isYearly(kind) ? kind : null;

  const choose = (key: string) => {
    if (key.startsWith('year:')) {
      const id = yearLayerNear(run, key.slice('year:'.length) as YearlyKind, layerId);
      return set({ [side]: id ?? 'none' });
    }
    if (!key.startsWith('scene:')) return set({ [side]: key });
    const id = nearestScene(run, key.slice('scene:'.length) as SceneStyle, scene?.acquisition ?? acquisition);
    const chosen = id === null ? null : sceneOf(id);
    if (id !== null && chosen) set({ [side]: id, acquisition: chosen.acquisition });
  };
  return (
    <div className="shell-layer-select">
      <Select
        value={scene ? `scene:${scene.style}` : yearly ? `year:${yearly}` : layerId}
        onChange={(key) => choose(String(key))}
      >
        <Label>{label}</Label>
        <Button>
          <SelectValue className="shell-layer-value">
            {name} {!scene && !yearly && dates !== '' && <span className="shell-soft">{dates}</span>}
          </SelectValue>
          <Icon name="down" />
        </Button>
        <Popover>
          <LayerList run={run} />
        </Popover>
      </Select>
      {scene && <DateSelect run={run} side={side} style={scene.style} acquisition={scene.acquisition} />}
      {yearly && <YearSelect run={run} side={side} kind={yearly} layerId={layerId} />}
    </div>
  );
}

function LayerList({ run }: { run: RunInfo }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const pictures = picturesOf(run);
  return (
    <ListBox>
      {(['baseline', 'period'] as const).map((period) => {
        const layers = layersOf(run, period);
        return layers.length === 0 ? null : (
          <ListBoxSection key={period} id={period}>
            <Header>
              {t(`shell.period.${period}`)} <span>{formatPeriod(language, run.periods[period])}</span>
            </Header>
            {layers.map(({ id, kind }) => (
              <ListBoxItem key={id} id={id}>
                {t(`shell.kind.${kind}`)}
              </ListBoxItem>
            ))}
          </ListBoxSection>
        );
      })}
      {LAYER_GROUPS.map(({ name, kinds }) => {
        const entries = kinds.flatMap((kind) => entryOf(run, kind));
        return entries.length === 0 ? null : (
          <ListBoxSection key={name} id={name}>
            <Header>{t(`shell.group.${name}`)}</Header>
            {entries.map(({ key, kind }) => (
              <ListBoxItem key={key} id={key}>
                {t(`shell.kind.${kind}`)}
              </ListBoxItem>
            ))}
          </ListBoxSection>
        );
      })}
      {pictures.length > 0 && (
        <ListBoxSection id="scenes">
          <Header>{t('shell.layer.scenes')}</Header>
          {pictures.map((style) => (
            <ListBoxItem key={style} id={`scene:${style}`}>
              {t(`shell.kind.${style}`)}
            </ListBoxItem>
          ))}
        </ListBoxSection>
      )}
      <ListBoxSection id="nothing">
        <Header>{t('shell.layer.other')}</Header>
        <ListBoxItem id="none">{t('shell.layer.none')}</ListBoxItem>
      </ListBoxSection>
    </ListBox>
  );
}

/** The entry of a kind in the menu; one stands for all years of a kind that has a layer each. */
function entryOf(run: RunInfo, kind: LayerInfo['kind']): { key: string; kind: LayerInfo['kind'] }[] {
  const layer = run.layers.find((one) => one.kind === kind);
  if (!layer) return [];
  return [{ key: isYearly(kind) ? `year:${kind}` : layer.id, kind }];
}

interface YearSelectProps {
  readonly run: RunInfo;
  readonly side: 'left' | 'right';
  readonly kind: YearlyKind;
  readonly layerId: string;
}

function YearSelect({ run, side, kind, layerId }: YearSelectProps) {
  const t = useTranslate();
  const set = useStore((state) => state.set);
  return (
    <Select aria-label={t('shell.layer.year')} value={layerId} onChange={(key) => set({ [side]: String(key) })}>
      <Button>
        <SelectValue className="shell-layer-value" />
        <Icon name="down" />
      </Button>
      <Popover>
        <ListBox>
          {yearLayersOf(run, kind).map(({ id, period }) => (
            <ListBoxItem key={id} id={id}>
              {String(period)}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}

interface DateSelectProps {
  readonly run: RunInfo;
  readonly side: 'left' | 'right';
  readonly style: SceneStyle;
  readonly acquisition: number;
}

function DateSelect({ run, side, style, acquisition }: DateSelectProps) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const compare = useStore((state) => state.compare);
  const set = useStore((state) => state.set);
  const shown = run.acquisitions[acquisition];
  const follows = side === 'right' || compare === 'off';
  const choose = (index: number) =>
    set({ [side]: sceneLayerId(style, index), ...(follows ? { acquisition: index } : {}) });
  return (
    <Select
      aria-label={t('shell.layer.date')}
      value={String(acquisition)}
      onChange={(key) => choose(Number(key))}
      disabledKeys={run.acquisitions.filter(({ styles }) => !styles.includes(style)).map(({ index }) => String(index))}
    >
      <Button>
        <SelectValue className="shell-layer-value">
          {shown ? formatDay(language, shown.datetime) : ''}{' '}
          <span className="shell-soft">{formatPlatform(shown?.platform ?? '')}</span>
        </SelectValue>
        <Icon name="down" />
      </Button>
      <Popover>
        <ListBox>
          {run.acquisitions.map(({ index, datetime, platform }) => (
            <ListBoxItem key={index} id={String(index)} textValue={formatDay(language, datetime)}>
              {formatDay(language, datetime)}
              <span className="shell-soft">{formatPlatform(platform)}</span>
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}
