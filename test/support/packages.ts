import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The Chromium of this machine for tests of pages, or undefined: the test skips itself, and `npm test` says so loudly (in CI it fails). */
export function findChromium(): string | undefined {
  return ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
    .map(onPath)
    .find((path) => path !== undefined);
}

/** What tests need and this machine lacks, one sentence each. */
export function missingPackages(): readonly string[] {
  return findChromium() === undefined ? ['Chromium is not installed, so no page is tested in a browser'] : [];
}

/** A program of a package that scripts/install-test-packages installs; undefined when it is not there. */
export function findProgram(name: string): string | undefined {
  return onPath(name) ?? ['/usr/sbin', '/sbin'].map((folder) => join(folder, name)).find(isExecutable);
}

function onPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
