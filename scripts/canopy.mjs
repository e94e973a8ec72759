#!/usr/bin/env node
// The `canopy` command: starts the built pipeline, or says how to build it.
import { existsSync } from 'node:fs';

const main = new URL('../dist/pipeline/main.js', import.meta.url);
if (!existsSync(main)) {
  console.error('canopy is not built yet: run "npm run build" in the project folder, then try again.');
  process.exit(1);
}
await import(main.href);
