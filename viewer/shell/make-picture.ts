import type { RunInfo } from '../../shared/api.ts';
import type { Translate } from '../i18n/translate.ts';
import { captureMap } from '../map/capture.ts';
import { useMapStore } from '../map/map-store.ts';
import { scaleBar } from '../map/scale-bar.ts';
import { formatNumber } from '../panels/format.ts';
import { type Language, useStore } from '../state.ts';
import { composePicture, type PictureScale } from './export-picture.ts';
import { pictureWords } from './export-words.ts';

const LONGEST_BAR_PX = 160;

/** A PNG of the map as it is shown now, with all that belongs to it. @throws Error when there is no map to copy */
export async function makePicture(run: RunInfo, title: string, t: Translate): Promise<Blob> {
  const canvas = await captureMap();
  const view = useStore.getState();
  const ratio = window.devicePixelRatio;
  const map = { canvas, widthPx: canvas.width / ratio, heightPx: canvas.height / ratio, ratio };
  const words = pictureWords({ run, view, title, t, today: new Date() });
  const picture = composePicture(map, words, scaleOf(view.language));
  return new Promise((resolve, reject) => {
    picture.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The browser could not write the PNG.'))));
  });
}

function scaleOf(language: Language): PictureScale {
  const view = useMapStore.getState().views.left;
  const { lengthM, widthPx } = scaleBar({ latDeg: view?.lat ?? 0, zoom: view?.zoom ?? 0 }, LONGEST_BAR_PX);
  const [number, unit] = lengthM >= 1000 ? [lengthM / 1000, 'km'] : [lengthM, 'm'];
  return { lengthM, widthPx, label: `${formatNumber(language, number)} ${unit}` };
}

/** A name that sorts by day and survives every file system. */
export function pictureName(run: RunInfo, parcel: string | null, today: Date): string {
  const parts = [run.project?.id ?? 'twin-canopy', parcel, today.toISOString().slice(0, 10), run.id.slice(0, 12)];
  const words = parts.filter((part): part is string => part !== null).map((part) => part.replace(/[^\w-]+/g, '-'));
  return `${words.join('_').slice(0, 120)}.png`;
}
