import { type AcquisitionInfo, type RunInfo, type SceneStyle, sceneLayerId } from '../../shared/api.ts';
import { useStore, type ViewState } from '../state.ts';

/** Pictures of one acquisition that the slider offers; what was not clear is drawn over them, not instead. */
export const SHOWN_STYLES = ['true-color', 'false-color', 'ndvi'] as const satisfies readonly SceneStyle[];
export type ShownStyle = (typeof SHOWN_STYLES)[number];

const SCENE_LAYER = /^scene-(true-color|false-color|ndvi)-(\d+)$/;

type Sides = Pick<ViewState, 'left' | 'right' | 'compare'>;

/** The side of the map that shows an acquisition, and in which style; null where none does. The right one first, as in `chooseAcquisition`. */
export function shownScene({ left, right, compare }: Sides): { side: 'left' | 'right'; style: ShownStyle } | null {
  const sides = compare === 'off' ? (['left'] as const) : (['right', 'left'] as const);
  for (const side of sides) {
    const found = SCENE_LAYER.exec(side === 'left' ? left : right);
    if (found) return { side, style: found[1] as ShownStyle };
  }
  return null;
}

/** Shows an acquisition on the side that shows one already, else on the left. */
export function showScene(style: ShownStyle, index: number): void {
  const { set, ...view } = useStore.getState();
  const layer = sceneLayerId(style, index);
  set(shownScene(view)?.side === 'right' ? { right: layer, acquisition: index } : { left: layer, acquisition: index });
}

/** Takes the acquisition off the map again: the composite of its period comes back. */
export function hideScene(run: RunInfo, acquisition: AcquisitionInfo): void {
  const { set, ...view } = useStore.getState();
  const wanted = `true-color-${acquisition.inBaseline ? 'baseline' : 'period'}`;
  const layer = run.layers.find(({ id }) => id === wanted) ?? run.layers[0];
  const id = layer?.id ?? 'none';
  set(shownScene(view)?.side === 'right' ? { right: id } : { left: id });
}
