import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DeadLetter, MAX_LISTED, type RunDetail } from '../../shared/operations.ts';
import { openBrowser, openPage, PHONE } from '../browser.ts';
import { startCanopy, untilRun } from '../canopy.ts';
import { snapshotOf, startFailingSource } from '../failing-source.ts';
import {
  finishedDetail,
  heldDetail,
  SAMPLE_LETTERS,
  SAMPLE_RUN,
  sampleDetail,
  writeStatus,
} from '../operations-sample.ts';
import { makeTinyResults } from '../tiny-results.ts';
import { auditPage } from './audit.ts';
import { HOSTILE_NAMES } from './hostile-names.ts';
import { type StandIn, standIn } from './stand-in-coordinator.ts';
import { eventually, PREPARE_MS, serveViewer, type Viewer } from './viewer-page.ts';

let root: string;
let browser: Browser;
const closing: (() => Promise<unknown> | unknown)[] = [];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'canopy-operations-'));
  browser = await openBrowser();
}, PREPARE_MS);

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

afterAll(async () => {
  await browser?.close();
  if (root) rmSync(root, { recursive: true, force: true });
});

interface Scene {
  readonly dir: string;
  readonly viewer: Viewer;
  readonly run: StandIn;
}

/** A server on a folder in which a run goes on. */
async function serveRun(first: RunDetail, dir = mkdtempSync(join(root, 'run-'))): Promise<Scene> {
  const run = standIn(dir, first);
  const viewer = await serveViewer(dir);
  closing.push(() => viewer.kill(), run.stop);
  return { dir, viewer, run };
}

async function open(viewer: Viewer, query = '', options: Parameters<typeof openPage>[2] = {}) {
  const watch = await openPage(browser, `${viewer.url}${query}`, options);
  closing.push(() => watch.context.close());
  watch.page.setDefaultTimeout(20_000);
  await watch.page.locator('.ops').waitFor();
  return watch;
}

const card = (page: Page) => page.locator('.ops-run').first();
const stateOf = (page: Page) => card(page).locator('.ops-state').textContent();
/** The browser says of its own accord that what is not there yet was refused. */
const ofOurs = (faults: readonly string[]) =>
  faults.filter((fault) => !/status of 503|ERR_|Failed to load/.test(fault));

/** One dead letter of the two is left, and nothing else. */
const oneLeft = (): RunDetail => {
  const { run } = heldDetail();
  return {
    ...heldDetail(),
    run: { ...run, units: { ...run.units, done: 119, dead: 1 } },
    deadLetters: [SAMPLE_LETTERS[1]!],
  };
};

describe('a run with 2 dead letters', () => {
  it('is seen, the cause read, each unit retried, and the run ends', async () => {
    const { viewer, run } = await serveRun(sampleDetail());
    const { page, faults, strangers } = await open(viewer);
    await eventually(() => stateOf(page)).toBe('Computing');
    await eventually(() => card(page).locator('.ops-progress-words').textContent()).toBe('81 of 120 units done67%');
    run.show(heldDetail());
    await eventually(() => stateOf(page)).toBe('Waiting for a decision');
    const letter = page.locator('.ops-letters li', { hasText: '31PAA-10m, chunk 12' });
    expect(await letter.locator('code').first().textContent()).toBe('E_TIFF_TRUNCATED');
    expect(await letter.locator('.ops-letter-cause').textContent()).toContain('ends in the middle of block 41');
    expect(await letter.textContent()).toMatch(/3 starts · field-box:4711/);
    run.onRequest((request) => {
      const keys = request.kind === 'retry' ? request.keys : null;
      if (keys?.includes(SAMPLE_LETTERS[0]!.key)) run.show(oneLeft());
      if (keys === null) run.show(finishedDetail());
    });
    await letter.getByRole('button', { name: 'Retry 31PAA-10m, chunk 12' }).click();
    await eventually(() => page.locator('.ops-letters li').count()).toBe(1);
    await page.getByRole('button', { name: 'Retry', exact: true }).click();
    await eventually(() => stateOf(page)).toBe('Finished');
    await page.locator('.ops-letters').waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: /Retry|Cancel|Go on/ }).count()).toBe(0);
    const runId = SAMPLE_RUN.id;
    expect(run.heard).toEqual([
      { kind: 'retry', runId, keys: [SAMPLE_LETTERS[0]!.key] },
      { kind: 'retry', runId, keys: null },
    ]);
    expect(ofOurs(faults)).toEqual([]);
    expect(strangers).toEqual([]);
  });

  it('is decided with the keyboard alone: the tab of the header, then going on without them', async () => {
    const { viewer, run } = await serveRun(heldDetail());
    const { page } = await open(viewer, '?page=operations');
    const press = async (name: string) => {
      for (let tabs = 0; tabs < 40; tabs++) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate(() => document.activeElement?.textContent ?? '');
        if (focused === name) return page.keyboard.press('Enter');
      }
      throw new Error(`No stop of the tab key is called ${name}.`);
    };
    await press('Map');
    await page.getByText('There are no results here yet.').waitFor();
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await press('Operations');
    await card(page).waitFor();
    await press('Go on without them');
    await eventually(() => run.heard).toEqual([{ kind: 'merge', runId: SAMPLE_RUN.id }]);
    run.show(sampleDetail({ ...heldDetail().run, state: 'merging' }));
    await eventually(() => stateOf(page)).toBe('Writing results');
    // Too late to try a unit again; the run can still be cancelled.
    expect(await page.getByRole('button', { name: /^Retry/ }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Cancel run' }).count()).toBe(1);
  });

  it('is not cancelled by a slip: only the second of two buttons asks for it', async () => {
    const { viewer, run } = await serveRun(sampleDetail());
    const { page } = await open(viewer);
    const cancel = page.getByRole('button', { name: 'Cancel run' });
    await cancel.click();
    await page.getByRole('dialog').getByText('“copargo-2023” stops.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await cancel.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Let it run' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(run.heard).toEqual([]);
    await cancel.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel run' }).click();
    await eventually(() => run.heard).toEqual([{ kind: 'cancel', runId: SAMPLE_RUN.id }]);
  });

  it('cannot be gone on from while units are computed: 0 buttons for it', async () => {
    const { viewer } = await serveRun(sampleDetail());
    const { page } = await open(viewer);
    await page.getByRole('button', { name: 'Retry all 2' }).waitFor();
    expect(await page.getByRole('button', { name: /Go on/ }).count()).toBe(0);
  });

  it('says why a request was not taken, in the words of the server', async () => {
    const { viewer } = await serveRun(heldDetail());
    const { page } = await open(viewer);
    const error = { code: 'E_NO_COORDINATOR', message: 'No coordinator works on the run any more.' };
    await page.route('**/api/operations/requests', (route) => route.fulfill({ status: 409, json: { error } }));
    await page.getByRole('button', { name: 'Retry all 2' }).click();
    await page.getByRole('alert').getByText('This was not taken: No coordinator works on the run any more.').waitFor();
    await eventually(() => page.getByRole('button', { name: 'Retry all 2' }).getAttribute('data-pending')).toBeNull();
  });
});

describe('a run that nobody works on any more', () => {
  it('is told apart after 15 s of silence: what helps, and no button', async () => {
    const dir = mkdtempSync(join(root, 'run-'));
    writeStatus(dir, [heldDetail()], 16_000);
    const viewer = await serveViewer(dir);
    closing.push(() => viewer.kill());
    const { page } = await open(viewer);
    await page.getByText('Start the same canopy command again').waitFor();
    expect(await page.locator('.ops-run').getByRole('button').count()).toBe(0);
    expect(await page.locator('.ops-letters li').count()).toBe(2);
  });

  it('is not taken for one by a browser whose clock is 1 hour ahead: its 3 buttons stay', async () => {
    const { viewer } = await serveRun(heldDetail());
    const watch = await openPage(browser, 'about:blank');
    closing.push(() => watch.context.close());
    const { page } = watch;
    await page.addInitScript(() => {
      const now = Date.now;
      Date.now = () => now() + 3_600_000;
    });
    await page.goto(viewer.url);
    await page.getByText('Live', { exact: true }).waitFor();
    for (const name of ['Cancel run', 'Retry all 2', 'Go on without them'])
      await page.getByRole('button', { name }).waitFor();
    expect(await page.getByText('No word from the coordinator').count()).toBe(0);
  });

  it('is told by its error where it failed as a whole', async () => {
    const error = { kind: 'resource', code: 'E_DISK_FULL', message: 'No room is left on /data: free 2 GB.' } as const;
    const { viewer } = await serveRun(sampleDetail({ state: 'failed', error, endedAt: SAMPLE_RUN.changedAt }));
    const { page } = await open(viewer);
    await page.getByRole('alert').getByText('No room is left on /data: free 2 GB.').waitFor();
    expect(await stateOf(page)).toBe('Failed');
  });
});

describe('the connection', () => {
  it('is told when it is lost, its buttons go, and it comes back by itself', async () => {
    const { dir, viewer } = await serveRun(heldDetail());
    const { page } = await open(viewer);
    await page.getByText('Live', { exact: true }).waitFor();
    await viewer.kill();
    await page.locator('.shell-banner', { hasText: 'Not connected; showing data of' }).waitFor();
    await page.getByText('Not connected', { exact: true }).waitFor();
    expect(await card(page).getByRole('button').count()).toBe(0);
    expect(await page.locator('.ops-letters li').count()).toBe(2);
    const again = await serveViewer(dir, viewer.port);
    closing.push(() => again.kill());
    await page.getByText('Live', { exact: true }).waitFor();
    await page.locator('.shell-banner').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Retry all 2' }).waitFor();
  });

  it('asks every 3 s where events do not come through', async () => {
    const { viewer, run } = await serveRun(sampleDetail());
    const watch = await openPage(browser, 'about:blank');
    closing.push(() => watch.context.close());
    const { page } = watch;
    await page.route('**/api/operations/events', (route) => route.abort());
    await page.goto(viewer.url);
    await page.getByText('Refreshed every few seconds').waitFor();
    await eventually(() => stateOf(page)).toBe('Computing');
    run.show(heldDetail());
    await eventually(() => stateOf(page)).toBe('Waiting for a decision');
  });
});

describe('texts from files', () => {
  it('are shown as text in labels, causes and names of workers, 40 of 40', async () => {
    const deadLetters = HOSTILE_NAMES.map((text, at): DeadLetter => {
      return {
        ...SAMPLE_LETTERS[0]!,
        key: `${at}`,
        label: text,
        worker: text,
        error: { kind: 'input', code: text, message: text },
      };
    });
    const units = { ...heldDetail().run.units, dead: deadLetters.length };
    const [label, place] = [HOSTILE_NAMES[0]!, HOSTILE_NAMES[1]!];
    const { viewer } = await serveRun({ ...sampleDetail({ label, place, units }, deadLetters), workers: [] });
    const { page, faults, strangers } = await open(viewer);
    await eventually(() => page.locator('.ops-letter-cause').allTextContents()).toEqual(HOSTILE_NAMES);
    expect(await card(page).locator('h2').textContent()).toBe(label);
    expect(await page.evaluate(() => (window as { __xss?: unknown }).__xss)).toBeUndefined();
    expect(await page.locator('.ops :is(img, script, iframe, svg[onload])').count()).toBe(0);
    expect(ofOurs(faults)).toEqual([]);
    expect(strangers).toEqual([]);
  });

  it('do not flood the page: of 1,234 dead letters 200 are listed, and it says so', async () => {
    const deadLetters = Array.from({ length: MAX_LISTED }, (_, at) => ({ ...SAMPLE_LETTERS[0]!, key: `${at}` }));
    const units = { total: 2000, due: 0, running: 0, done: 766, dead: 1234 };
    const { viewer } = await serveRun(sampleDetail({ state: 'held', units }, deadLetters));
    const { page } = await open(viewer);
    await page.getByText('Shown are 200 of 1,234; “Retry all” takes all of them.').waitFor();
    expect(await page.locator('.ops-letters li').count()).toBe(200);
    await page.getByRole('button', { name: 'Retry all 1,234' }).waitFor();
  });
});

describe('the first run of a folder', () => {
  it('opens on this page, and its map is there by itself when it has finished', async () => {
    const results = await makeTinyResults(mkdtempSync(join(root, 'tiny-')));
    const record = join(results, 'run.json');
    renameSync(record, `${record}.later`);
    const { viewer, run } = await serveRun(sampleDetail(), results);
    const { page } = await open(viewer, '', { viewport: { width: 1280, height: 720 } });
    await page.getByRole('button', { name: 'Map' }).click();
    await page.getByText('There are no results here yet.').waitFor();
    await page.getByRole('button', { name: 'Show how far it is' }).click();
    await card(page).waitFor();
    run.show(finishedDetail());
    renameSync(`${record}.later`, record);
    await page.locator('.shell-header h1', { hasText: 'Tiny twin' }).waitFor();
    expect(await stateOf(page)).toBe('Finished');
    expect(new URL(page.url()).searchParams.get('page')).toBe('operations');
    await page.getByRole('button', { name: 'Map' }).click();
    await page.waitForFunction(() => window.__canopyMap !== undefined);
    await page.goBack();
    await card(page).waitFor();
  }, 120_000);
});

describe('axe', () => {
  it.each([
    ['light and English on a desk', '?lang=en&page=operations', { colorScheme: 'light' }],
    ['dark and German on a desk', '?lang=de&page=operations', { colorScheme: 'dark' }],
    ['dark and French on a phone', '?lang=fr&page=operations', { colorScheme: 'dark', viewport: PHONE }],
  ] as const)('finds nothing serious with a run of each state and earlier ones, %s', async (_, query, options) => {
    const { viewer, run } = await serveRun(heldDetail());
    const { page } = await open(viewer, query, options);
    const found = await auditPage(page, 'held');
    const error = { kind: 'bug', code: 'E_UNEXPECTED', message: 'It broke.' } as const;
    const ended = { endedAt: SAMPLE_RUN.changedAt };
    run.show(
      sampleDetail({ id: 'r' }),
      sampleDetail({ id: 'm', state: 'merging' }),
      sampleDetail({ id: 'f', state: 'failed', error, ...ended }),
      sampleDetail({ id: 'c', state: 'cancelled', ...ended }),
      finishedDetail(),
    );
    await eventually(() => page.locator('.ops-earlier details').count()).toBe(3);
    for (const line of await page.locator('.ops-earlier summary').all()) await line.click();
    found.push(...(await auditPage(page, 'all states')));
    await page.locator('.ops-run').first().getByRole('button').first().click();
    await page.getByRole('dialog').waitFor();
    found.push(...(await auditPage(page, 'cancel')));
    expect(found).toEqual([]);
    // Nothing is wider than the window.
    const widths = await page.evaluate(() =>
      [...document.querySelectorAll('.ops *')].map((e) => e.getBoundingClientRect().right),
    );
    expect(Math.max(...widths)).toBeLessThanOrEqual(page.viewportSize()!.width);
  });
});

describe('a run of canopy monitor --hold whose source fails for 1 of 2 units', () => {
  it('is seen, the cause read, the unit retried on the page, and the run ends with its 2 parcels on the map', async () => {
    const folder = mkdtempSync(join(root, 'real-'));
    const source = await startFailingSource(folder);
    const out = source.outOf('held');
    const run = startCanopy(source.argsOf('held', '--hold'));
    closing.push(
      () => source.close(),
      () => void run.child.kill('SIGKILL'),
    );
    await untilRun(run, () => snapshotOf(out) !== null);
    const viewer = await serveViewer(out);
    closing.push(() => viewer.kill());
    const { page, strangers } = await open(viewer);
    await eventually(() => stateOf(page), 60_000).toBe('Waiting for a decision');
    const letter = page.locator('.ops-letters li');
    expect(await letter.locator('code').first().textContent()).toBe('E_HTTP_BUSY');
    expect(await letter.locator('.ops-letter-cause').textContent()).toContain('busy or failing (HTTP 503)');
    source.isDown = false;
    await letter.getByRole('button', { name: /^Retry / }).click();
    await eventually(() => stateOf(page), 60_000).toBe('Finished');
    expect((await run.ended).code).toBe(0);
    await page.getByRole('button', { name: 'Map', exact: true }).click();
    await page.getByText('east', { exact: true }).first().waitFor({ timeout: 30_000 });
    expect(strangers).toEqual([]);
  }, 180_000);
});
