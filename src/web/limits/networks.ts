import { BlockList, isIP } from 'node:net';
import { UserError } from '../../errors/errors.ts';
import { webErrors } from '../http/errors.ts';

/** A list of networks, as "10.0.0.0/8, 2001:db8::/32, 192.0.2.7". */
export interface Networks {
  includes(address: string): boolean;
}

/**
 * Throws UserError when a part is neither an address nor a network; `setting` is where it was
 * written.
 */
export function parseNetworks(text: string | undefined, setting: string): Networks {
  const list = new BlockList();
  for (const part of networkList(text)) {
    const [address = '', prefix, ...more] = part.split('/');
    const family = isIP(address);
    const longest = family === 4 ? 32 : 128;
    const length = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
    if (family === 0 || more.length > 0 || length < 0 || length > longest)
      throw new UserError(webErrors.networkWrong, { setting, text: part });
    list.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
  }
  return {
    includes: (address) => {
      const plain = plainAddress(address);
      const family = isIP(plain);
      return family !== 0 && list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
    },
  };
}

/** For Fastify, which believes what they say of a client. Throws UserError like `parseNetworks`. */
export function trustedProxies(text: string | undefined): string[] {
  parseNetworks(text, 'trust-proxy');
  return [...networkList(text)];
}

function networkList(text: string | undefined): readonly string[] {
  return (text ?? '').split(/[\s,]+/).filter((part) => part !== '');
}

/** An IPv4 address that came through an IPv6 socket is itself. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

/**
 * The network that shares a budget: /24 of IPv4, /56 of IPv6, which is what one site is usually
 * given.
 */
export function networkOf(address: string): string {
  const plain = plainAddress(address).replace(/%.*$/, '');
  if (isIP(plain) === 4) return plain.slice(0, plain.lastIndexOf('.'));
  if (isIP(plain) !== 6) return plain;
  const [front = '', back] = plain.split('::');
  const groups = (part: string): readonly string[] => (part === '' ? [] : part.split(':'));
  const before = groups(front);
  const after = back === undefined ? [] : groups(back);
  const zeros = back === undefined ? 0 : 8 - before.length - after.length - (plain.includes('.') ? 1 : 0);
  const all = [...before, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...after];
  const [a, b, c, d] = all.slice(0, 4).map((group) => Number.parseInt(group, 16));
  return [a, b, c, (d ?? 0) & 0xff00].map((group) => (group ?? 0).toString(16)).join(':');
}
