import type { PictureWords, RampKey, Swatch } from './export-words.ts';

/** A map as it was drawn: its pixels, its size on the page, and what one CSS pixel of it measures on the ground. */
export interface CapturedMap {
  readonly canvas: CanvasImageSource;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Device pixels in a CSS pixel. */
  readonly ratio: number;
}

export interface PictureScale {
  readonly lengthM: number;
  /** Length of the bar in CSS pixels of the captured map. */
  readonly widthPx: number;
  readonly label: string;
}

const MIN_WIDTH_PX = 720;
const MARGIN = 24;
const INK = '#1c2321';
const SOFT = '#55605c';
const FONT = 'system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif';

type Pen = CanvasRenderingContext2D;

/**
 * The map with title, layers and dates, scale, north arrow, legend and sources, on white, at the captured map's
 * resolution. @throws Error when the browser gives no canvas
 */
export function composePicture(map: CapturedMap, words: PictureWords, scale: PictureScale): HTMLCanvasElement {
  const widthPx = Math.max(MIN_WIDTH_PX, map.widthPx);
  const zoom = widthPx / map.widthPx;
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('This browser gives the page no canvas to draw on.');
  const mapHeight = map.heightPx * zoom;
  const draw = (isDry: boolean) => {
    let y = drawHead(pen, words, { widthPx, isDry });
    if (!isDry) drawMap(pen, map, { words, scale, zoom, y, widthPx, mapHeight });
    y = drawLegend(pen, words, { widthPx, y: y + mapHeight + 16, isDry });
    return drawFoot(pen, words.foot, { widthPx, y, isDry });
  };
  // Text has to be measured before the height is known; setting the size clears the canvas.
  const heightPx = draw(true);
  const ratio = Math.max(1, map.ratio);
  canvas.width = Math.round((widthPx + 2 * MARGIN) * ratio);
  canvas.height = Math.round((heightPx + MARGIN) * ratio);
  pen.scale(ratio, ratio);
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, widthPx + 2 * MARGIN, heightPx + MARGIN);
  pen.translate(MARGIN, 0);
  draw(false);
  return canvas;
}

interface Place {
  readonly widthPx: number;
  readonly isDry: boolean;
}

/** Writes lines that fit the width; returns where the next one goes. */
function write(
  pen: Pen,
  text: string,
  {
    x,
    y,
    widthPx,
    size,
    weight = 400,
    colour = INK,
    isDry,
  }: Place & {
    x: number;
    y: number;
    size: number;
    weight?: number;
    colour?: string;
  },
): number {
  pen.font = `${weight} ${size}px ${FONT}`;
  pen.fillStyle = colour;
  pen.textAlign = 'left';
  pen.textBaseline = 'alphabetic';
  let line = '';
  let next = y;
  const put = () => {
    next += size * 1.4;
    if (!isDry) pen.fillText(line, x, next - size * 0.4);
  };
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && pen.measureText(longer).width > widthPx) {
      put();
      line = word;
    } else line = longer;
  }
  put();
  return next;
}

function drawHead(pen: Pen, words: PictureWords, place: Place): number {
  let y = write(pen, words.title, { ...place, x: 0, y: 20, size: 20, weight: 600 });
  for (const line of words.layers) y = write(pen, line, { ...place, x: 0, y: y + 2, size: 13, colour: SOFT });
  return y + 12;
}

interface MapPlace {
  readonly words: PictureWords;
  readonly scale: PictureScale;
  readonly zoom: number;
  readonly y: number;
  readonly widthPx: number;
  readonly mapHeight: number;
}

function drawMap(pen: Pen, map: CapturedMap, { words, scale, zoom, y, widthPx, mapHeight }: MapPlace): void {
  pen.drawImage(map.canvas, 0, y, widthPx, mapHeight);
  pen.strokeStyle = '#8b9691';
  pen.lineWidth = 1;
  pen.strokeRect(0.5, y + 0.5, widthPx - 1, mapHeight - 1);
  drawScale(pen, { label: scale.label, widthPx: scale.widthPx * zoom, x: widthPx - 16, y: y + mapHeight - 16 });
  drawNorth(pen, words.north, { x: widthPx - 30, y: y + 16 });
  if (words.stamp !== null) drawStamp(pen, words.stamp, { x: 16, y: y + mapHeight - 16 });
}

function drawScale(pen: Pen, { label, widthPx, x, y }: { label: string; widthPx: number; x: number; y: number }): void {
  pen.fillStyle = 'rgb(255 255 255 / 88%)';
  pen.fillRect(x - widthPx - 12, y - 34, widthPx + 24, 40);
  pen.strokeStyle = INK;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(x - widthPx, y - 9);
  pen.lineTo(x - widthPx, y - 2);
  pen.lineTo(x, y - 2);
  pen.lineTo(x, y - 9);
  pen.stroke();
  pen.font = `400 12px ${FONT}`;
  pen.fillStyle = INK;
  pen.textAlign = 'center';
  pen.fillText(label, x - widthPx / 2, y - 16);
}

function drawNorth(pen: Pen, label: string, { x, y }: { x: number; y: number }): void {
  pen.fillStyle = 'rgb(255 255 255 / 88%)';
  pen.fillRect(x - 16, y - 4, 32, 50);
  pen.fillStyle = INK;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x + 8, y + 24);
  pen.lineTo(x, y + 19);
  pen.lineTo(x - 8, y + 24);
  pen.fill();
  pen.font = `600 13px ${FONT}`;
  pen.textAlign = 'center';
  pen.fillText(label, x, y + 40);
}

function drawStamp(pen: Pen, text: string, { x, y }: { x: number; y: number }): void {
  pen.font = `700 15px ${FONT}`;
  const width = pen.measureText(text).width;
  pen.fillStyle = 'rgb(255 255 255 / 92%)';
  pen.fillRect(x, y - 30, width + 24, 32);
  pen.strokeStyle = '#9b1c1c';
  pen.lineWidth = 2;
  pen.strokeRect(x, y - 30, width + 24, 32);
  pen.fillStyle = '#9b1c1c';
  pen.textAlign = 'left';
  pen.fillText(text, x + 12, y - 9);
}

function drawLegend(pen: Pen, words: PictureWords, { widthPx, y, isDry }: Place & { y: number }): number {
  let next = y;
  for (const ramp of words.ramps) next = drawRamp(pen, ramp, { y: next, widthPx, isDry });
  for (const row of [words.classes, words.swatches, words.masks]) {
    if (row.length > 0) next = drawSwatches(pen, row, { y: next, widthPx, isDry });
  }
  return next;
}

const RAMP_PX = 260;

function drawRamp(pen: Pen, ramp: RampKey, { y, widthPx, isDry }: Place & { y: number }): number {
  const words = ramp.note === '' ? ramp.title : `${ramp.title}. ${ramp.note}`;
  const top = write(pen, words, { x: 0, y, widthPx, size: 12, isDry }) + 4;
  if (isDry) return top + 38;
  const gradient = pen.createLinearGradient(0, 0, RAMP_PX, 0);
  ramp.colours.forEach((rgb, index) => {
    gradient.addColorStop(index / (ramp.colours.length - 1), `rgb(${rgb.join(' ')})`);
  });
  pen.fillStyle = gradient;
  pen.fillRect(0, top, RAMP_PX, 12);
  pen.fillStyle = SOFT;
  ramp.labels.forEach((label, index) => {
    pen.textAlign = (['left', 'center', 'right'] as const)[index]!;
    pen.fillText(label, (RAMP_PX * index) / (ramp.labels.length - 1), top + 26);
  });
  return top + 38;
}

function drawSwatches(pen: Pen, swatches: readonly Swatch[], { y, widthPx, isDry }: Place & { y: number }): number {
  pen.font = `400 12px ${FONT}`;
  let [x, top] = [0, y];
  for (const swatch of swatches) {
    const { label } = swatch;
    const width = 20 + pen.measureText(label).width + 20;
    if (x > 0 && x + width > widthPx) [x, top] = [0, top + 20];
    if (!isDry) {
      drawSwatch(pen, swatch, { x, y: top });
      pen.fillStyle = INK;
      pen.textAlign = 'left';
      pen.fillText(label, x + 20, top + 11);
    }
    x += width;
  }
  return top + 28;
}

const SWATCH_PX = 13;

function drawSwatch(pen: Pen, { rgb, isHatched }: Swatch, { x, y }: { x: number; y: number }): void {
  const colour = `rgb(${rgb.join(' ')})`;
  pen.lineWidth = 1;
  pen.fillStyle = isHatched ? '#fff' : colour;
  pen.fillRect(x, y, SWATCH_PX, SWATCH_PX);
  if (isHatched) {
    pen.save();
    pen.beginPath();
    pen.rect(x, y, SWATCH_PX, SWATCH_PX);
    pen.clip();
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.beginPath();
    for (let offset = 0; offset < 2 * SWATCH_PX; offset += 5) {
      pen.moveTo(x + offset, y);
      pen.lineTo(x + offset - SWATCH_PX, y + SWATCH_PX);
    }
    pen.stroke();
    pen.restore();
  }
  pen.strokeStyle = isHatched ? colour : 'rgb(0 0 0 / 30%)';
  pen.strokeRect(x + 0.5, y + 0.5, SWATCH_PX - 1, SWATCH_PX - 1);
}

function drawFoot(pen: Pen, lines: readonly string[], { widthPx, y, isDry }: Place & { y: number }): number {
  let next = y;
  for (const line of lines) next = write(pen, line, { x: 0, y: next, widthPx, size: 11, colour: SOFT, isDry });
  return next;
}
