import { isIPv4 } from 'node:net';

/** An IPv4 network, as 10.77.0.0/24. */
export interface Network {
  /** Its first address. */
  readonly address: string;
  readonly prefix: number;
}

/** Undefined when it is none, or has bits behind its prefix. */
export function parseNetwork(text: string): Network | undefined {
  const [, address = '', digits = ''] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const prefix = Number(digits);
  if (!isIPv4(address) || prefix < 1 || prefix > 32) return undefined;
  return numberOf(address) % sizeOf(prefix) === 0 ? { address, prefix } : undefined;
}

export function networkText({ address, prefix }: Network): string {
  return `${address}/${prefix}`;
}

export function isInNetwork(address: string, network: Network): boolean {
  const first = numberOf(network.address);
  const number = numberOf(address);
  return number >= first && number < first + sizeOf(network.prefix);
}

/**
 * The first address names the network and the last one everybody in it: neither can be a host's.
 */
export function isForHosts(address: string, { address: first, prefix }: Network): boolean {
  const place = numberOf(address) - numberOf(first);
  return prefix >= 31 || (place !== 0 && place !== sizeOf(prefix) - 1);
}

function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
