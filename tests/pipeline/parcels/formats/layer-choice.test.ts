import { describe, expect, it } from 'vitest';
import { findChoice } from '../../../../pipeline/parcels/formats/layer-choice.ts';
import { type CanopyError, isCanopyError } from '../../../../shared/errors.ts';
import { makeGeopackage } from '../../../parcel-questions.ts';
import { fieldAt } from '../../../register-sample.ts';
import { readAs } from './parcel-text.ts';

function refusalOf(layers: readonly string[], layer: string | null = null): CanopyError {
  try {
    findChoice('layer', layers, { name: 'f', assumeCrs: null, layer });
  } catch (error) {
    if (isCanopyError(error)) return error;
    throw error;
  }
  throw new Error('A layer was chosen.');
}

describe('the layer that is read', () => {
  it('is the only one whatever it is called, else the one that is named', () => {
    const options = { name: 'f', assumeCrs: null, layer: null };
    expect(findChoice('layer', ['\u001b'], options)).toBe('\u001b');
    expect(findChoice('layer', ['a', 'b'], { ...options, layer: 'b' })).toBe('b');
    expect(refusalOf(['a'], 'c').message).toBe('f holds 1 layer, but not "c": a. Say which one to read.');
  });

  it('is asked for in fewer than 2,000 characters where a GeoPackage has 12 names of 100,000', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `${i} ${'x'.repeat(100_000)}`);
    const bytes = await makeGeopackage(
      Object.fromEntries([...names, 'parcelles'].map((name, i) => [name, fieldAt(i)])),
    );
    const error: unknown = await readAs('f.gpkg', bytes).catch((reason: unknown) => reason);
    if (!isCanopyError(error)) throw error;
    expect(JSON.stringify({ message: error.message, fields: error.fields }).length).toBeLessThan(2000);
    expect(error.fields).toEqual({ layers: ['parcelles'] });
    expect(error.message).toContain(
      '12 of them cannot be chosen: their names are longer than 255 characters or hold control characters; rename what you need.',
    );
    const long = await readAs('f.gpkg', bytes, { layer: names[0]! }).catch((reason: unknown) => reason);
    expect((long as Error).message).toContain('but not "0 xxx');
  });

  it('shows no control character and offers no name with one', () => {
    const layers = ['a', '\u001b[31mred', 'two\nlines', 'half \ud800', '\u009b31m', 'Bora\u200cNord'];
    const { message, fields } = refusalOf(layers, '\u001b[2J');
    expect(`${message}${JSON.stringify(fields)}`).not.toMatch(/\p{Cc}|\p{Cs}/u);
    expect(fields).toEqual({ layers: ['a', 'Bora\u200cNord'] });
    expect(message).toContain('4 of them cannot be chosen');
    expect(refusalOf(['a', '\n']).message).toContain('1 of them cannot be chosen: its name is longer');
  });

  it('is offered from 200 of 300 names, each once, of which a sentence shows 20', () => {
    const layers = Array.from({ length: 300 }, (_, i) => `layer-${i}`);
    const { message, fields } = refusalOf([...layers, 'layer-0']);
    expect(fields).toEqual({ layers: layers.slice(0, 200) });
    expect(message).toMatch(/^f holds 301 layers: layer-0, .*, layer-19 and 281 more\. Say which one to read\.$/);
  });
});
