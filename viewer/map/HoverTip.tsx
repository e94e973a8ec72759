import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { useMapStore } from './map-store.ts';

/** Id and status of the parcel under the pointer, as text. */
export function HoverTip() {
  const t = useTranslate();
  const hover = useMapStore((state) => state.hover);
  const tool = useStore((state) => state.tool);
  const width = useMapStore((state) => state.views.left?.widthPx ?? 0);
  const surface = useMapStore((state) => (hover ? state.surfaces[hover.side] : undefined));
  if (!hover || tool !== 'none' || !surface) return null;
  const box = surface.map.getContainer();
  const parent = box.offsetParent as HTMLElement | null;
  const [left, top] = [(parent?.offsetLeft ?? 0) + hover.xPx, (parent?.offsetTop ?? 0) + hover.yPx];
  return (
    <div className="map-tip" data-flip={hover.xPx > width - 220} style={{ left, top }}>
      <span className="map-tip-id">{hover.id}</span>
      <span>{t(`parcel.status.${hover.status}`)}</span>
    </div>
  );
}
