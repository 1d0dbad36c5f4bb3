import { type Browser, chromium } from 'playwright-core';
import { findChromium } from './packages.ts';

/** Milliseconds; on a machine with other work a page comes late. */
export const patience = 120_000;

/** Why tests of pages are skipped, or false. */
export const withoutChromium = findChromium() === undefined ? 'Chromium is not installed' : false;

/** Chromium without a window; what its pages wait for may take `patience`. */
export async function launchChromium(): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: findChromium()!, args: ['--no-sandbox'] });
  browser.on('context', (context) => context.setDefaultTimeout(patience));
  return browser;
}
