import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { makeManyParcels } from './many-parcels.ts';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
const MANY = 100_000;

/** First useful map, bytes of script for it, and main-thread tasks while panning, on the demo and on 100,000 parcels. */
export async function benchViewer(results: string, scratch: string): Promise<void> {
  console.log('\nViewer in chromium with software WebGL, 1440 × 900:');
  if (!existsSync(CHROMIUM)) {
    console.log(`  skipped, there is no ${CHROMIUM}.`);
    return;
  }
  const many = join(scratch, 'many');
  makeManyParcels(results, many, MANY);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  try {
    await benchFolder(browser, { name: 'demo twin', folder: results });
    await benchFolder(browser, { name: `${MANY.toLocaleString('en')} generated parcels`, folder: many });
  } finally {
    await browser.close();
  }
}

async function benchFolder(browser: Browser, { name, folder }: { name: string; folder: string }): Promise<void> {
  const { address, server } = await startServer(folder);
  try {
    // The first visit warms the server's caches; the figures are of later ones with an empty browser cache.
    await visit(browser, address, async () => {});
    const firstMapsMs: number[] = [];
    let scriptBytes = 0;
    for (let i = 0; i < 3; i += 1)
      await visit(browser, address, async (page, readyMs) => {
        firstMapsMs.push(readyMs);
        scriptBytes = await page.evaluate(sumScripts);
      });
    const tasksMs = await visit(browser, address, panAbout);
    const sorted = firstMapsMs.sort((a, b) => a - b);
    console.log(
      `  ${name}: first map ${(sorted[1]! / 1000).toFixed(2)} s (${(sorted[0]! / 1000).toFixed(2)} to ${(sorted[2]! / 1000).toFixed(2)}), script ${Math.round(scriptBytes / 1000)} kB compressed, ` +
        `while panning ${tasksMs.length} tasks over 50 ms${tasksMs.length > 0 ? `, longest ${Math.round(Math.max(...tasksMs))} ms` : ''}`,
    );
  } finally {
    server.kill('SIGTERM');
  }
}

/** Opens the page afresh and waits until every visible tile is drawn; the time counts from the request for the page. */
async function visit<T>(
  browser: Browser,
  address: string,
  then: (page: Page, readyMs: number) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(watchLongTasks);
  await page.goto(address);
  const readyMs = await page.evaluate(waitForMap);
  const value = await then(page, readyMs);
  await context.close();
  return value;
}

interface TestWindow {
  __canopyMap?: { idle(): Promise<void> };
  __longTasksMs: number[];
}

function watchLongTasks(): void {
  const page = window as unknown as TestWindow;
  page.__longTasksMs = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) page.__longTasksMs.push(entry.duration);
  }).observe({ entryTypes: ['longtask'] });
}

async function waitForMap(): Promise<number> {
  const page = window as unknown as TestWindow;
  while (!page.__canopyMap) await new Promise((done) => setTimeout(done, 5));
  await page.__canopyMap.idle();
  // The page notes in its timeline when the first map was on the screen; waiting for calm comes on top of that.
  return performance.getEntriesByName('canopy-first-map')[0]?.startTime ?? performance.now();
}

function sumScripts(): number {
  const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
  const scripts = entries.filter(({ name }) => /\.m?js(\?|$)/.test(new URL(name).pathname));
  return scripts.reduce((total, { encodedBodySize }) => total + encodedBodySize, 0);
}

/** Drags the map about and zooms; gives the main-thread tasks over 50 ms that fell into it. */
async function panAbout(page: Page): Promise<number[]> {
  await page.waitForTimeout(1000);
  await page.evaluate(() => {
    (window as unknown as TestWindow).__longTasksMs.length = 0;
  });
  for (let i = 0; i < 8; i += 1) {
    await page.mouse.move(760, 420);
    await page.mouse.down();
    await page.mouse.move(760 + (i % 2 === 0 ? 180 : -180), 420 + (i % 3 === 0 ? 90 : -60), { steps: 12 });
    await page.mouse.up();
    await page.waitForTimeout(250);
  }
  await page.waitForTimeout(500);
  return page.evaluate(() => (window as unknown as TestWindow).__longTasksMs);
}

async function startServer(folder: string): Promise<{ address: string; server: ChildProcess }> {
  const port = await freePort();
  const server = spawn(process.execPath, ['scripts/canopy.mjs', 'serve', folder, '--port', String(port)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const address = `http://127.0.0.1:${port}/`;
  for (let i = 0; i < 600; i += 1) {
    const isUp = await fetch(`${address}api/health`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) return { address, server };
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`canopy serve ${folder} did not answer within a minute.`);
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}
