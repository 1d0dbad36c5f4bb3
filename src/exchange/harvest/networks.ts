import { BlockList, isIP } from 'node:net';
import { UserError } from '../../errors/errors.ts';
import { harvestErrors } from './errors.ts';

/** Addresses that are not of the public internet: RFC 6890, and what is for many receivers. */
const notPublic = [
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24',
  '192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4',
  '::/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8',
].join(' ');

const closed = networksOf(notPublic);

/** May a harvest connect to this address? Public ones, and those of `allowed`. */
export type MayReach = (address: string) => boolean;

/** `allowed`: the setting harvest-networks. Throws `networkWrong`. */
export function reachable(allowed: string | undefined): MayReach {
  const open = networksOf(allowed ?? '');
  return (address) => {
    const plain = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
    const family = isIP(plain);
    if (family === 0) return false;
    const kind = family === 4 ? 'ipv4' : 'ipv6';
    return open.check(plain, kind) || !closed.check(plain, kind);
  };
}

function networksOf(text: string): BlockList {
  const list = new BlockList();
  for (const part of text.split(/[\s,]+/)) {
    if (part === '') continue;
    const [address = '', prefix, ...more] = part.split('/');
    const family = isIP(address);
    const longest = family === 4 ? 32 : 128;
    const length = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
    if (family === 0 || more.length > 0 || length < 0 || length > longest)
      throw new UserError(harvestErrors.networkWrong, { text: part });
    list.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
