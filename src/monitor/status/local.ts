import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

export function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

/** Does a Host header name this machine, and no name that readers use? */
export function isLocalName(host: string | undefined): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test((host ?? '').replace(/:\d+$/, ''));
}

const established = '01';

/**
 * Is the process at the other end of a connection over the loopback interface of our own user, or
 * of root? What another user runs (a web server that passes requests on) may ask for anybody. The
 * kernel tells (proc(5), /proc/net/tcp); where it does not, nobody is.
 */
export async function isOwnPeer({ localPort, remotePort }: Socket): Promise<boolean> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const owners = tables
    .flatMap((table) => table.split('\n').slice(1))
    .flatMap((line) => {
      const [, local = '', remote = '', state, , , , owner] = line.trim().split(/\s+/);
      return state === established && portOf(local) === remotePort && portOf(remote) === localPort
        ? [Number(owner)]
        : [];
    });
  return owners.length > 0 && owners.every((owner) => owner === 0 || owner === process.getuid?.());
}

/** Of "0100007F:1F90". */
function portOf(address: string): number {
  return Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16);
}
