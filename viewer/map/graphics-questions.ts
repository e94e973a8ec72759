/**
 * Extensions that deck.gl asks for when it takes over a context and that nothing here uses. Each question waits for the
 * graphics process, about 20 to 60 ms where graphics are drawn in software: together more than drawing the first map.
 */
const UNUSED =
  /^(WEBGL_compressed_texture_|EXT_texture_compression_|WEBGL_clip_cull_distance|EXT_depth_clamp|NV_shader_noperspective|EXT_conservative_depth)/;

/** Lets a context answer at once that it lacks what nobody uses. */
export function answerForUnused(context: WebGL2RenderingContext): void {
  const ask = context.getExtension.bind(context) as (name: string) => unknown;
  context.getExtension = ((name: string) => (UNUSED.test(name) ? null : ask(name))) as typeof context.getExtension;
}
