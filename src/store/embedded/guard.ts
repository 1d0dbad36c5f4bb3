import { spawn } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { giveToFolderOwner } from '../folder-owner.ts';
import type { Layout } from './layout.ts';

/**
 * The guard: a shell that lives as long as the server. `cat` ends when nobody has the users' pipe
 * open any more. When users leave in order, the last one stops the server and then the guard; when
 * the last one is killed, the guard is left and has the server stopped. It waits a second before it
 * looks, since a server that was just started has no postmaster.pid yet; and a new user may have
 * come, so guard-stop.ts asks again behind the gate.
 */
const script = `while :; do
  cat > /dev/null
  sleep 1
  [ -e "$3/postmaster.pid" ] || exit 0
  "$1" "$2" "$4" && exit 0
done`;
const name = 'reperio-guard';

/** Called behind the gate, before the server is started. */
export function startGuard(layout: Layout): void {
  const input = openSync(layout.pipe, constants.O_RDONLY);
  const program = fileURLToPath(new URL('guard-stop.ts', import.meta.url));
  try {
    const words = ['-c', script, name, process.execPath, program, layout.data, layout.folder];
    const guard = spawn('/bin/sh', words, { cwd: '/', detached: true, stdio: [input, 'ignore', 'ignore'] });
    guard.unref();
    writeFileSync(layout.guard, `${guard.pid}\n`);
    giveToFolderOwner(layout.guard);
  } finally {
    closeSync(input);
  }
}

/** Called behind the gate, after the server has stopped. */
export function stopGuard(layout: Layout): void {
  try {
    const pid = Number(readFileSync(layout.guard, 'utf8'));
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    // The whole group: the shell and its cat.
    if (words.includes(name) && words.includes(layout.folder)) process.kill(-pid, 'SIGTERM');
  } catch {
    // It is gone already.
  }
  rmSync(layout.guard, { force: true });
}
