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
import { type RunInfo, type SceneStyle, sceneLayerId } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { formatDay, formatPlatform } from '../panels/format.ts';
import { useStore } from '../state.ts';
import { Icon } from './icons.tsx';
import { describeLayer, formatPeriod, layersOf, nearestScene, picturesOf, sceneOf } from './layer-options.ts';

/** Choice of what one side of the map shows: a layer of a period, or one acquisition in a style and of a date. */
export function LayerSelect({ run, side, label }: { run: RunInfo; side: 'left' | 'right'; label: string }) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const layerId = useStore((state) => state[side]);
  const acquisition = useStore((state) => state.acquisition);
  const set = useStore((state) => state.set);
  const scene = sceneOf(layerId);
  const { name, dates } = describeLayer(run, layerId, { t, language });

  const choose = (key: string) => {
    if (!key.startsWith('scene:')) return set({ [side]: key });
    const id = nearestScene(run, key.slice('scene:'.length) as SceneStyle, scene?.acquisition ?? acquisition);
    const chosen = id === null ? null : sceneOf(id);
    if (id !== null && chosen) set({ [side]: id, acquisition: chosen.acquisition });
  };
  return (
    <div className="shell-layer-select">
      <Select value={scene ? `scene:${scene.style}` : layerId} onChange={(key) => choose(String(key))}>
        <Label>{label}</Label>
        <Button>
          <SelectValue className="shell-layer-value">
            {name} {!scene && dates !== '' && <span className="shell-soft">{dates}</span>}
          </SelectValue>
          <Icon name="down" />
        </Button>
        <Popover>
          <LayerList run={run} />
        </Popover>
      </Select>
      {scene && <DateSelect run={run} side={side} style={scene.style} acquisition={scene.acquisition} />}
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
