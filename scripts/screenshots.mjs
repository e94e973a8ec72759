// Pictures for README and docs: makes the demo twin and its results, serves them, and takes each view in a browser.
// `npm run screenshots`, or `npm run screenshots -- parcel-desktop-fr` for some of them.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { drawBesideNeighbours, drawOnPhone, dropFaultyFile, meetConflict } from './screenshots-delineate.mjs';
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
  // Made up for the picture: the demo's own run is over in seconds, without anything to decide.
  { name: 'operations-desktop-en', link: 'lang=en&page=operations', during: leaveHeldRun },
  // Made up for the pictures, in a register of their own.
  { name: 'delineate-desktop-fr', link: `lang=fr&page=delineate&at=9.8425,1.5255,15`, before: drawBesideNeighbours },
  { name: 'import-desktop-fr', link: 'lang=fr&page=delineate&at=9.8445,1.5265,15', before: dropFaultyFile },
  { name: 'conflict-desktop-fr', link: 'lang=fr&page=delineate&at=9.8405,1.5225,15.5', before: meetConflict },
  {
    name: 'delineate-phone-fr',
    link: 'lang=fr&page=delineate&at=9.8425,1.5255,14.5',
    viewport: PHONE,
    before: drawOnPhone,
  },
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

/** Keeps a snapshot of a run that waits for a decision, as a coordinator would. Returns what ends it. */
function leaveHeldRun() {
  const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();
  const letter = (at, label, code, message) => {
    const error = { kind: 'input', code, message };
    return { key: `${at}`.repeat(64), label, error, diedAt: ago(130 - at), starts: at + 1, worker: 'field-box:4711' };
  };
  const worker = (pid, done, failed) => {
    return { name: `field-box:${pid}`, running: 0, done, failed, lastSeenAt: ago(95) };
  };
  const run = {
    ...{ id: 'e'.repeat(40), label: 'demo-2023', place: '/data/out/demo-2023', state: 'held' },
    ...{ startedAt: ago(912), changedAt: ago(95), endedAt: null, unitsPerMinute: null, secondsLeft: null },
    units: { total: 240, due: 0, running: 0, done: 238, dead: 2 },
    ...{ failedAttempts: 7, error: null },
  };
  const deadLetters = [
    letter(
      1,
      'Grid 31PCL, blocks 12 to 19',
      'E_TIFF_TRUNCATED',
      'B04.tif of S2B_31PCL_20230110 ends in the middle of block 41: 12,288 bytes wanted, 4,096 got. Fetch it again, then retry.',
    ),
    letter(
      2,
      'Grid 31PDL, blocks 0 to 7',
      'E_POISON',
      'The unit was given up: its worker was lost or killed each time.',
    ),
  ];
  const path = join(results, '.run/status.json');
  const before = existsSync(path) ? readFileSync(path) : null;
  const tell = () => {
    const detail = { run, deadLetters, workers: [worker(4711, 121, 4), worker(4712, 117, 3)] };
    writeFileSync(`${path}.new`, JSON.stringify({ format: 'twin-canopy-operations/1', at: ago(0), runs: [detail] }));
    renameSync(`${path}.new`, path);
  };
  tell();
  const timer = setInterval(tell, 1000);
  return () => {
    clearInterval(timer);
    if (before) writeFileSync(path, before);
    else rmSync(path);
  };
}

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
rmSync(`${results}-register`, { recursive: true, force: true });
const layers = ['--layers', join(root, 'data/demo/layers')];
const flags = ['serve', results, '--port', String(port), ...layers];
const server = spawn(process.execPath, [join(root, 'scripts/canopy.mjs'), ...flags]);
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

async function take(browser, { name, link, viewport = DESKTOP, before, during }) {
  const end = during?.();
  const colorScheme = link.includes('theme=dark') ? 'dark' : 'light';
  const context = await browser.newContext({ viewport, colorScheme, hasTouch: viewport === PHONE });
  const page = await context.newPage();
  await page.goto(`${address}?${link}`);
  if (!link.includes('page=') || link.includes('page=delineate')) {
    await page.waitForFunction(() => window.__canopyMap !== undefined);
    await page.evaluate(() => window.__canopyMap.idle(120_000));
  }
  // A page that is told of news is never idle.
  if (!link.includes('page=operations')) await page.waitForLoadState('networkidle');
  await before?.(page);
  await page.waitForTimeout(1500);
  const png = await page.screenshot();
  await sharp(png)
    .png({ palette: true, quality: 90, effort: 8 })
    .toFile(join(root, 'docs/images', `${name}.png`));
  await context.close();
  end?.();
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
