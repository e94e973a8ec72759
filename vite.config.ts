import { defineConfig, type Plugin } from 'vite';
import { serviceWorker } from './scripts/service-worker-plugin.ts';

/** React Aria brings its own few words in 34 languages; the viewer speaks three. */
const threeLanguages: Plugin = {
  name: 'three-languages',
  load: (id) =>
    /\/node_modules\/.*\/intl\/.*\b[a-z]{2}-[A-Z]{2}\.m?js$/.test(id) && !/\b(en-US|fr-FR|de-DE)\.m?js$/.test(id)
      ? 'export default {};'
      : null,
};

/** The viewer: one page, everything it needs beside it, nothing from elsewhere. */
export default defineConfig({
  root: 'viewer',
  plugins: [threeLanguages, serviceWorker('viewer/offline/service-worker.ts')],
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
