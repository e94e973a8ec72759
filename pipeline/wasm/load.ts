/** What every kernel module exports beside its functions: its own memory, empty until `ensureMemory` makes room. */
export interface Kernel {
  readonly memory: WebAssembly.Memory;
}

const PAGE_BYTES = 65_536;

/** An instance of a kernel with a memory of its own. @param base64 a `<name>.wasm.ts` module's text */
export function loadKernel<E extends Kernel>(base64: string): E {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), {}).exports as unknown as E;
}

/** Makes the memory of a kernel at least `bytes` long. Views of it that were taken before are then detached. */
export function ensureMemory({ memory }: Kernel, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
}
