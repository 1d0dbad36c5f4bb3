import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a service is started with so that it tells us what it would tell systemd. */
export interface TestSystemd {
  readonly environment: NodeJS.ProcessEnv;
  /** What it has told so far, a line each: the arguments of systemd-notify. */
  tellings(): readonly string[];
}

/**
 * A systemd-notify of our own, in a new folder in this one; the watchdog wants to hear something
 * each second.
 */
export function createSystemd(folder: string): TestSystemd {
  const bin = join(folder, 'bin');
  const told = join(folder, 'told');
  mkdirSync(bin);
  writeFileSync(join(bin, 'systemd-notify'), `#!/bin/sh\necho "$@" >> '${told}'\n`);
  chmodSync(join(bin, 'systemd-notify'), 0o755);
  return {
    environment: {
      PATH: `${bin}:${process.env['PATH']}`,
      NOTIFY_SOCKET: join(folder, 'notify'),
      WATCHDOG_USEC: '1000000',
    },
    tellings: () => (existsSync(told) ? readFileSync(told, 'utf8').trim().split('\n') : []),
  };
}
