import { BitmapLayer } from '@deck.gl/layers';
import { clipColumns } from './raster-plan.ts';

type Device = BitmapLayer['context']['device'];
export type Texture = ReturnType<Device['createTexture']>;

/** What a raster layer is drawn with; none of it touches the tiles, so a change shows in the next frame. */
export interface RasterLook {
  readonly isValue: boolean;
  /** In stored units, see `storedRange`. */
  readonly low: number;
  readonly high: number;
  readonly min: number;
  readonly max: number;
  /** Ramp colours in one row, low to high. */
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
  float isValue;
} raster;
`;

const rasterUniforms = {
  name: 'raster',
  fs: UNIFORMS,
  uniformTypes: { range: 'vec4<f32>', clip: 'vec2<f32>', opacity: 'f32', isValue: 'f32' },
} as const;

/**
 * Colours a tile. Value tiles carry an int16 in two 8-bit channels, put together as whole numbers; the ramp is mixed
 * between its two nearest stops by hand, because the card's own filter rounds to 1/256.
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

void main(void) {
  if (gl_FragCoord.x < raster.clip.x || gl_FragCoord.x >= raster.clip.y) discard;
  vec4 texel = texture(bitmapTexture, vTexCoord);
  if (raster.isValue < 0.5) {
    fragColor = vec4(texel.rgb, texel.a * raster.opacity);
    return;
  }
  int stored = int(texel.r * 255.0 + 0.5) + 256 * int(texel.g * 255.0 + 0.5);
  if (stored == 32768) discard;
  float number = float(stored > 32767 ? stored - 65536 : stored);
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
        isValue: look.isValue ? 1 : 0,
        rampTexture: look.rampTexture,
      },
    });
    super.draw(options);
  }
}
