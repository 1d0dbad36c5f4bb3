import { open } from 'node:fs/promises';
import type { Socket } from 'node:net';

export function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

/** Does a Host header name this machine, and no name that readers use? */
export function isLocalName(host: string | undefined): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test((host ?? '').replace(/:\d+$/, ''));
}

/** Both ends of a connection. */
type Ends = Pick<Socket, 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort'>;

/**
 * Is the process at the other end of a connection over the loopback interface of our own user, or
 * of root? What another user runs (a web server that passes requests on) may ask for anybody. The
 * kernel tells (proc(5), /proc/net/tcp); where it does not, nobody is.
 */
export async function isOwnPeer({ localAddress, localPort, remoteAddress, remotePort }: Ends): Promise<boolean> {
  // To write a table the kernel walks through all connections of the machine, which takes
  // milliseconds: where most of them are is looked first, and no further than to this one.
  for (const [table, prefix] of isV4(remoteAddress) ? both : onlySix) {
    const theirs = endText(prefix, remoteAddress, remotePort);
    const ours = endText(prefix, localAddress, localPort);
    if (theirs === undefined || ours === undefined) return false;
    const owner = await ownerIn(`/proc/net/${table}`, ` ${theirs} ${ours} ${established} `);
    if (owner !== undefined) return owner === 0 || owner === process.getuid?.();
  }
  return false;
}

const established = '01';
/** A program may ask an address of version 4 by a socket of version 6. */
const both = [
  ['tcp', ''],
  ['tcp6', '0000000000000000FFFF0000'],
] as const;
const onlySix = [['tcp6', '']] as const;

function isV4(address = ''): boolean {
  return /^(?:::ffff:)?\d+(?:\.\d+){3}$/.test(address);
}

/** As the kernel writes it: "0100007F:1F90". Undefined: it is not the address of a loopback. */
function endText(prefix: string, address = '', port = 0): string | undefined {
  const hex = (number: number, digits: number): string => number.toString(16).toUpperCase().padStart(digits, '0');
  const at = `:${hex(port, 4)}`;
  if (address === '::1') return `${'0'.repeat(24)}01000000${at}`;
  if (!isV4(address)) return undefined;
  const bytes = address.replace('::ffff:', '').split('.').map(Number);
  return `${prefix}${bytes
    .toReversed()
    .map((byte) => hex(byte, 2))
    .join('')}${at}`;
}

/** The user whose socket has this line in a table of the kernel; undefined: there is none. */
async function ownerIn(path: string, ends: string): Promise<number | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const bytes = Buffer.alloc(65_536);
    for (let rest = ''; ; ) {
      const { bytesRead } = await file.read(bytes, 0, bytes.length);
      if (bytesRead === 0) return undefined;
      const text = rest + bytes.toString('latin1', 0, bytesRead);
      const found = text.indexOf(ends);
      const end = found < 0 ? -1 : text.indexOf('\n', found);
      // After both ends and the state: two queues, a timer, how often it was sent again, the user.
      if (end >= 0) return Number(text.slice(found + ends.length, end).split(/\s+/)[3]);
      rest = text.slice(text.lastIndexOf('\n') + 1);
    }
  } finally {
    await file.close();
  }
}
