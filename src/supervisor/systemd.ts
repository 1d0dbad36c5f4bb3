import { spawn } from 'node:child_process';

/**
 * Tells systemd that the service is ready, and that it is well at half the interval of its
 * watchdog, by `systemd-notify`, which every systemd machine has. Nothing without NOTIFY_SOCKET.
 * `isWell` says whether requests are answered; when not, the watchdog is left to bark.
 */
export function tellSystemd(isWell: () => boolean): { stop(): void } {
  const { NOTIFY_SOCKET, WATCHDOG_USEC } = process.env;
  if (NOTIFY_SOCKET === undefined) return { stop: () => undefined };
  const notify = (...words: readonly string[]): void => {
    spawn('systemd-notify', words, { stdio: 'ignore' }).on('error', () => undefined);
  };
  let told = false;
  const look = (): void => {
    if (!isWell()) return;
    if (!told) notify('--ready', `--pid=${process.pid}`);
    else notify('WATCHDOG=1');
    told = true;
  };
  const interval = WATCHDOG_USEC === undefined ? 1_000 : Math.max(500, Number(WATCHDOG_USEC) / 2000);
  const first = setInterval(() => {
    look();
    if (told) clearInterval(first);
  }, 100);
  const timer = WATCHDOG_USEC === undefined ? undefined : setInterval(look, interval);
  return {
    stop: () => {
      clearInterval(first);
      clearInterval(timer);
      notify('--stopping');
    },
  };
}
