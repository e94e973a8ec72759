// Draws a layer or a scene of the demo as PNG with legend:
// node dist/scripts/demo/picture.entry.js --layer FILE.tif --style ndvi --out F.png [--scale 0.01] [--parcels P.geojson]
// node dist/scripts/demo/picture.entry.js --scene ITEM.json --style true-color --out F.png
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { RAMPS, type RampName } from '../../shared/ramps.ts';
import { pictureOfLayer, pictureOfScene, savePicture } from './picture.ts';

const text = { type: 'string' } as const;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      layer: text,
      scene: text,
      style: text,
      out: text,
      scale: text,
      parcels: text,
      title: text,
      origin: text,
    },
  });
  const { layer, scene, style = 'true-color', out, parcels } = values;
  if (out === undefined || (layer === undefined) === (scene === undefined)) {
    throw new Error('wanted --out F.png and either --layer FILE.tif or --scene ITEM.json.');
  }
  const picture =
    layer !== undefined ? await drawLayer(layer, style, Number(values.scale ?? 1)) : await drawScene(scene!, style);
  const title = values.title ?? `${basename((layer ?? scene)!).replace(/\.(tif|json)$/, '')}, ${style}`;
  const origin = values.origin ?? 'Demo twin: synthetic, made by a seeded generator. Not a satellite image.';
  await savePicture(picture, out, { title, origin, parcels });
  console.log(`Drew ${out}.`);
}

async function drawLayer(path: string, style: string, scale: number) {
  if (style === 'land-cover' || style in RAMPS) return pictureOfLayer(path, style as RampName | 'land-cover', scale);
  if (style === 'true-color') return pictureOfLayer(path, 'ndvi');
  throw new Error(`--style ${style} is not known: use true-color, land-cover or ${Object.keys(RAMPS).join(', ')}.`);
}

async function drawScene(path: string, style: string) {
  if (style !== 'true-color' && style !== 'ndvi')
    throw new Error(`--style of a scene is true-color or ndvi, got ${style}.`);
  return pictureOfScene(path, style);
}

try {
  await main();
} catch (error) {
  console.error(`No picture was drawn: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
