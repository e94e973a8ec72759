import { BitmapLayer } from '@deck.gl/layers';
import { clipColumns } from './raster-plan.ts';

type Device = BitmapLayer['context']['device'];
export type Texture = ReturnType<Device['createTexture']>;

/** What a tile holds: colours, numbers on a ramp, days since 1970 on a ramp of calendar years, or classes. */
export type RasterForm = 'colour' | 'number' | 'day' | 'class';
const FORM_CODES: Readonly<Record<RasterForm, number>> = { colour: 0, number: 1, day: 2, class: 3 };

/** What a raster layer is drawn with; none of it touches the tiles, so a change shows in the next frame. */
export interface RasterLook {
  readonly form: RasterForm;
  /** In stored units, see `storedRange`; of days in calendar years. */
  readonly low: number;
  readonly high: number;
  readonly min: number;
  readonly max: number;
  /** Ramp colours in one row, low to high; of classes the colour of each number, from 0. */
  readonly rampTexture: Texture;
  readonly opacity: number;
  readonly clip: readonly [from: number, to: number];
  readonly isShown: boolean;
}

const UNIFORMS = `\
layout(std140) uniform rasterUniforms {
  vec4 range;
  vec2 clip;
  float opacity;
  float form;
} raster;
`;

const rasterUniforms = {
  name: 'raster',
  fs: UNIFORMS,
  uniformTypes: { range: 'vec4<f32>', clip: 'vec2<f32>', opacity: 'f32', form: 'f32' },
} as const;

/**
 * Colours a tile. Value tiles carry an int16 in two 8-bit channels, put together as whole numbers; the ramp is mixed
 * between its two nearest stops by hand, because the card's own filter rounds to 1/256. Days become their calendar year
 * first (H. Hinnant, chrono-compatible low-level date algorithms, civil_from_days).
 */
const FRAGMENT_SHADER = `\
#version 300 es
#define SHADER_NAME canopy-raster-fragment
precision highp float;
precision highp int;

uniform sampler2D bitmapTexture;
uniform sampler2D rampTexture;

in vec2 vTexCoord;
out vec4 fragColor;

vec3 rampColour(float at) {
  int last = textureSize(rampTexture, 0).x - 1;
  float place = clamp(at, 0.0, 1.0) * float(last);
  int stop = min(int(place), last - 1);
  vec3 from = texelFetch(rampTexture, ivec2(stop, 0), 0).rgb;
  vec3 to = texelFetch(rampTexture, ivec2(stop + 1, 0), 0).rgb;
  return mix(from, to, place - float(stop));
}

int yearOf(int day) {
  int shifted = day + 719468;
  int ofEra = shifted - (shifted / 146097) * 146097;
  int year = (ofEra - ofEra / 1460 + ofEra / 36524 - ofEra / 146096) / 365;
  int ofYear = ofEra - (365 * year + year / 4 - year / 100);
  // These years begin in March.
  return year + 400 * (shifted / 146097) + (ofYear >= 306 ? 1 : 0);
}

void main(void) {
  if (gl_FragCoord.x < raster.clip.x || gl_FragCoord.x >= raster.clip.y) discard;
  vec4 texel = texture(bitmapTexture, vTexCoord);
  if (raster.form < 0.5) {
    fragColor = vec4(texel.rgb, texel.a * raster.opacity);
    return;
  }
  int stored = int(texel.r * 255.0 + 0.5) + 256 * int(texel.g * 255.0 + 0.5);
  if (stored == 32768) discard;
  int whole = stored > 32767 ? stored - 65536 : stored;
  if (raster.form > 2.5) {
    if (whole <= 0 || whole >= textureSize(rampTexture, 0).x) discard;
    fragColor = vec4(texelFetch(rampTexture, ivec2(whole, 0), 0).rgb, raster.opacity);
    return;
  }
  float number = raster.form > 1.5 ? float(yearOf(whole)) : float(whole);
  if (number < raster.range.z || number > raster.range.w) discard;
  float at = (number - raster.range.x) / (raster.range.y - raster.range.x);
  fragColor = vec4(rampColour(at), raster.opacity);
}
`;

type LookProps = { look: RasterLook };

/** One tile on the ground, coloured on the graphics card. */
export class RasterLayer extends BitmapLayer<LookProps> {
  static override layerName = 'RasterLayer';
  static override defaultProps = { look: { type: 'object', value: null, compare: false } } as never;

  override getShaders() {
    const shaders = super.getShaders();
    return { ...shaders, fs: FRAGMENT_SHADER, modules: [...shaders.modules, rasterUniforms] };
  }

  override draw(options: { shaderModuleProps: { picking: { isActive: boolean } } }) {
    const { look } = this.props;
    if (!look.isShown || options.shaderModuleProps.picking.isActive) return;
    const canvas = (this.context as unknown as { gl: WebGL2RenderingContext }).gl;
    this.state.model?.shaderInputs.setProps({
      raster: {
        range: [look.low, look.high, look.min, look.max],
        clip: clipColumns(look.clip, canvas.drawingBufferWidth),
        opacity: look.opacity,
        form: FORM_CODES[look.form],
        rampTexture: look.rampTexture,
      },
    });
    super.draw(options);
  }
}
