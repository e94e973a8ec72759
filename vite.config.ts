import { defineConfig } from 'vite';

/** The viewer: one page, everything it needs beside it, nothing from elsewhere. */
export default defineConfig({
  root: 'viewer',
  build: {
    outDir: '../dist/viewer',
    emptyOutDir: true,
    target: 'es2022',
    // A data: address would need its own exception in the page's policy.
    assetsInlineLimit: 0,
    // The policy allows scripts of this server only, and the polyfill for old browsers is an inline one.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 3000,
  },
  worker: { format: 'es' },
});
