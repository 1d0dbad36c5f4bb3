import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { isWhole } from './scale.ts';

const axe = createRequire(import.meta.url)('axe-core').source as string;

/** Bytes of a page without its assets; 25 hits with their facets may take a little more. */
const largestPage = 64_000;

export interface Visit {
  readonly browser: Browser;
  readonly base: string;
  readonly path: string;
  /** With dark colours, too, also where little is tried: each page has the same few colours. */
  readonly dark?: boolean;
  /** Of who is signed in. */
  readonly cookies?: BrowserContextOptions['storageState'];
}

async function visit(one: Visit, options: BrowserContextOptions, work: (page: Page) => Promise<void>): Promise<void> {
  const context = await one.browser.newContext({ ...options, storageState: one.cookies });
  try {
    await work(await context.newPage());
  } finally {
    await context.close();
  }
}

/**
 * No accessibility violation, light or dark; small, no sideways scrolling from 320 px, nothing that
 * the content policy stops.
 */
export async function checkLooks(one: Visit): Promise<void> {
  await visit(one, { viewport: { width: 1280, height: 900 } }, async (page) => {
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of (403|404|410)/.test(message.text()))
        complaints.push(message.text());
    });
    const response = await page.goto(one.base + one.path);
    const bytes = (await response!.body()).length;
    assert.ok(bytes <= largestPage, `${one.path} has ${bytes} bytes`);
    for (const width of [320, 768]) {
      await page.setViewportSize({ width, height: 700 });
      const over = await page.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      assert.equal(over, 0, `${one.path} at ${width}`);
    }
    assert.deepEqual(complaints, []);
    await page.setViewportSize({ width: 1280, height: 900 });
    assert.deepEqual(await accessViolations(page), [], `${one.path}, light`);
    if (!(one.dark ?? isWhole)) return;
    await page.emulateMedia({ colorScheme: 'dark' });
    // Nothing else depends on the colours.
    assert.deepEqual(await violations(page, "{ runOnly: ['color-contrast'] }"), [], `${one.path}, dark`);
  });
}

/** Of a page as it stands. */
export async function accessViolations(page: Page): Promise<readonly unknown[]> {
  // Where the content policy lets nobody in.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: `${axe}; undefined`, allowUnsafeEvalBlockedByCSP: true });
  await session.detach();
  return violations(page, '');
}

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly string[];
}

function violations(page: Page, options: string): Promise<readonly Violation[]> {
  return page.evaluate<readonly Violation[]>(
    `axe.run(${options}).then((result) => result.violations.map((one) => ({ id: one.id, help: one.help, nodes: one.nodes.map((node) => node.html).slice(0, 3) })))`,
  );
}
