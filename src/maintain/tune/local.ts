import { hostname } from 'node:os';

/** Whether the first server of a database address is on this machine: a socket, or loopback. */
export function isLocalServer(url: string): boolean {
  const inQuery = /[?&]host=([^&]+)/.exec(url)?.[1];
  if (inQuery !== undefined && decodeURIComponent(inQuery).startsWith('/')) return true;
  const place = inQuery ?? /^[^:]+:\/\/(?:[^@/]*@)?([^/?]*)/.exec(url)?.[1] ?? '';
  const first = decodeURIComponent(place.split(',')[0] ?? '');
  if (first.startsWith('/')) return true;
  const host = first.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return host === '' || host === 'localhost' || host === '::1' || host.startsWith('127.') || host === hostname();
}
