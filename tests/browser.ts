import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** The shell is the same engine without windows and menus of its own: pages open in half the time. */
const CANDIDATES = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** A browser for the tests: Debian's chromium, drawing WebGL in software. */
const FLAGS = [
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

export async function openBrowser(): Promise<Browser> {
  const executablePath = CANDIDATES.find((path) => existsSync(path));
  if (!executablePath)
    throw new Error('The browser tests need chromium. Run: sudo apt-get install chromium, then npm test again.');
  return chromium.launch({ executablePath, args: FLAGS });
}

/** What a page did that no page of ours may do. */
export interface PageWatch {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Uncaught errors, errors on the console, breaches of the page's policy, in order. */
  readonly faults: string[];
  /** Addresses asked for that are not of `origin`. */
  readonly strangers: string[];
}

/** A fresh page on `address` that writes down its faults. */
export async function openPage(
  browser: Browser,
  address: string,
  options: { viewport?: { width: number; height: number }; locale?: string; colorScheme?: 'light' | 'dark' } = {},
): Promise<PageWatch> {
  const viewport = options.viewport ?? DESKTOP;
  const context = await browser.newContext({
    viewport,
    locale: options.locale ?? 'en-GB',
    colorScheme: options.colorScheme ?? 'light',
    hasTouch: viewport.width < 600,
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  const strangers: string[] = [];
  const { origin } = new URL(address);
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(data|blob|about):/.test(url)) strangers.push(url);
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  await page.goto(address);
  return { page, context, faults, strangers };
}
