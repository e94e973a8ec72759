// Pictures for README and docs: makes the demo twin and its results, serves them, and takes each view in a browser.
// `npm run screenshots`, or `npm run screenshots -- parcel-desktop-fr` for some of them.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { buildPrograms, checkNode, installPackages, root, run } from './setup.mjs';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

/** Name of the picture, the view's link, and what is done before it is taken. */
const PICTURES = [
  { name: 'map-desktop-en', link: 'lang=en' },
  { name: 'parcel-desktop-en', link: 'lang=en&parcel=DEM-002&layer=change-period&date=2022-01-02' },
  { name: 'parcel-desktop-fr', link: 'lang=fr&parcel=DEM-002&layer=ndvi-period&date=2022-01-02' },
  { name: 'change-desktop-en', link: 'lang=en&parcel=DEM-032&layer=break-date-period' },
  { name: 'swipe-desktop-de', link: 'lang=de&compare=swipe&layer=cover-baseline&with=cover-period' },
  { name: 'side-desktop-fr', link: 'lang=fr&compare=side&layer=true-color-baseline&with=true-color-period' },
  { name: 'layers-desktop-en', link: 'lang=en&layer=change-period&colour.change=loss-gain,-0.5..0.5,..-0.15' },
  { name: 'time-desktop-en', link: 'lang=en&parcel=DEM-010&{cloudy}' },
  { name: 'dark-desktop-de', link: 'lang=de&theme=dark&layer=ndvi-period&parcel=DEM-009' },
  { name: 'twin-desktop-en', link: 'lang=en&page=twin' },
  { name: 'downloads-desktop-en', link: 'lang=en', before: openDownloads },
  { name: 'map-phone-fr', link: 'lang=fr&layer=change-period', viewport: PHONE },
  { name: 'parcel-phone-fr', link: 'lang=fr&parcel=DEM-002', viewport: PHONE },
  { name: 'parcels-phone-de', link: 'lang=de', viewport: PHONE, before: (page) => openTab(page, 'Parzellen') },
  {
    name: 'layers-phone-en',
    link: 'lang=en&layer=ndvi-period',
    viewport: PHONE,
    before: (page) => openTab(page, 'Layers'),
  },
  { name: 'twin-phone-fr', link: 'lang=fr&page=twin', viewport: PHONE },
];

async function openTab(page, name) {
  await page
    .getByRole('button', { name, exact: true })
    .or(page.getByRole('tab', { name, exact: true }))
    .first()
    .click();
}

async function openDownloads(page) {
  await page.getByRole('button', { name: 'Export' }).click();
  await page.waitForTimeout(1500);
}

checkNode();
installPackages();
if (!existsSync(CHROMIUM)) {
  console.error('The pictures need chromium. Run: sudo apt-get install chromium, then npm run screenshots again.');
  process.exit(1);
}
buildPrograms();
run(process.execPath, [join(root, 'dist/scripts/demo/make.entry.js')]);
const results = join(root, 'out/screenshots');
run(process.execPath, [
  join(root, 'scripts/canopy.mjs'),
  ...['monitor', '--project', join(root, 'data/demo/project.json'), '--out', results],
]);
const port = await freePort();
const address = `http://127.0.0.1:${port}/`;
const server = spawn(process.execPath, [join(root, 'scripts/canopy.mjs'), 'serve', results, '--port', String(port)]);
try {
  await untilUp();
  await takeAll(process.argv.slice(2));
} finally {
  server.kill('SIGTERM');
}
console.log('The pictures are in docs/images.');

async function takeAll(wanted) {
  const cloudy = await findCloudyDay();
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  mkdirSync(join(root, 'docs/images'), { recursive: true });
  const pictures = PICTURES.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  for (const [at, picture] of pictures.entries()) {
    await take(browser, { ...picture, link: picture.link.replace('{cloudy}', cloudy) });
    console.log(`${at + 1} of ${pictures.length}: ${picture.name}`);
  }
  await browser.close();
}

async function take(browser, { name, link, viewport = DESKTOP, before }) {
  const colorScheme = link.includes('theme=dark') ? 'dark' : 'light';
  const context = await browser.newContext({ viewport, colorScheme, hasTouch: viewport === PHONE });
  const page = await context.newPage();
  await page.goto(`${address}?${link}`);
  if (!link.includes('page=twin')) {
    await page.waitForFunction(() => window.__canopyMap !== undefined);
    await page.evaluate(() => window.__canopyMap.idle(120_000));
  }
  await page.waitForLoadState('networkidle');
  await before?.(page);
  await page.waitForTimeout(1500);
  const png = await page.screenshot();
  await sharp(png)
    .png({ palette: true, quality: 90, effort: 8 })
    .toFile(join(root, 'docs/images', `${name}.png`));
  await context.close();
}

/** A date on which about half of what can be seen is cloud: as a link shows it. */
async function findCloudyDay() {
  const { acquisitions } = await (await fetch(`${address}api/run`)).json();
  const half = (one) => Math.abs(one.nOk / Math.max(1, one.nOk + one.nLowCoverage + one.nNoData) - 0.5);
  const [best] = acquisitions.filter(({ styles }) => styles.includes('true-color')).sort((a, b) => half(a) - half(b));
  const day = best.datetime.slice(0, 10);
  return `date=${day}&layer=scene-true-color@${day}`;
}

async function untilUp() {
  for (let i = 0; i < 300; i += 1) {
    if (
      await fetch(`${address}api/health`).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return;
    await sleep(100);
  }
  throw new Error('canopy serve did not answer within half a minute.');
}

function freePort() {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address();
      probe.close(() => done(free));
    });
  });
}
