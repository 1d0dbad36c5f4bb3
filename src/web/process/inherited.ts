import { readFileSync, readlinkSync } from 'node:fs';
import { isIP } from 'node:net';
import { UserError } from '../../errors/errors.ts';
import type { InheritedSocket } from '../../supervisor/door.ts';
import { webErrors } from '../http/errors.ts';

export interface InheritedSockets {
  /** For connections of readers; none: serve listens itself. */
  readonly web: readonly InheritedSocket[];
  /** For the state of the node. */
  readonly status: InheritedSocket | undefined;
}

type Environment = Record<string, string | undefined>;

const firstSocket = 3;
/** As reperio-status.socket calls its own; all others are for readers. */
const statusName = 'status';

/**
 * The sockets that systemd has opened for this process: LISTEN_FDS of them from number 3 on, named
 * by LISTEN_FDNAMES, if LISTEN_PID is us. The variables are taken away, since they are not meant
 * for processes that we start. Throws `socketUnfit`.
 */
export function takeInherited(environment: Environment = process.env, pid: number = process.pid): InheritedSockets {
  const { LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES = '' } = environment;
  for (const name of ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES']) delete environment[name];
  const count = Number(LISTEN_PID) === pid ? Number(LISTEN_FDS) : 0;
  const names = LISTEN_FDNAMES.split(':');
  const sockets = Array.from({ length: Number.isInteger(count) ? count : 0 }, (_, at) => ({
    name: names[at] ?? '',
    socket: listeningSocket(firstSocket + at),
  }));
  return {
    web: sockets.filter(({ name }) => name !== statusName).map(({ socket }) => socket),
    status: sockets.find(({ name }) => name === statusName)?.socket,
  };
}

/** What to say when the socket is not where the settings say; undefined: it is. */
export function otherAddress(
  [socket]: InheritedSockets['web'],
  { host, port }: { readonly host: string; readonly port: number },
): string | undefined {
  if (socket === undefined) return undefined;
  const isThere = socket.port === port && (socket.host === host || isIP(host) === 0);
  return isThere
    ? undefined
    : `This process was given a socket on ${socket.host} port ${socket.port}, which counts; the settings say ${host} port ${port}. \`reperio service install\` or \`reperio cluster render systemd\` writes reperio-web.socket by the settings.`;
}

/** Where a socket of this process listens, as the kernel says. */
function listeningSocket(fd: number): InheritedSocket {
  const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/self/fd/${fd}`))?.[1];
  const found = inode === undefined ? undefined : (addressIn('tcp', inode) ?? addressIn('tcp6', inode));
  if (found === undefined) throw new UserError(webErrors.socketUnfit, { fd });
  return { fd, ...found };
}

/** The state LISTEN of the table. */
const listens = '0A';

function addressIn(table: 'tcp' | 'tcp6', inode: string): { readonly host: string; readonly port: number } | undefined {
  for (const line of readFileSync(`/proc/self/net/${table}`, 'utf8').split('\n')) {
    const columns = line.trim().split(/\s+/);
    if (columns[9] !== inode || columns[3] !== listens) continue;
    const [address = '', port = ''] = columns[1]!.split(':');
    const bytes = bytesOf(address);
    return { host: bytes.length === 4 ? bytes.join('.') : ipv6Text(bytes), port: Number.parseInt(port, 16) };
  }
  return undefined;
}

/** In the order of the network; the kernel prints words of four bytes as this machine has them. */
function bytesOf(hex: string): readonly number[] {
  return (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    word
      .match(/../g)!
      .map((byte) => Number.parseInt(byte, 16))
      .reverse(),
  );
}

function ipv6Text(bytes: readonly number[]): string {
  const groups = Array.from({ length: 8 }, (_, at) => ((bytes[2 * at]! << 8) | bytes[2 * at + 1]!).toString(16));
  // The URL parser knows the short form.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
