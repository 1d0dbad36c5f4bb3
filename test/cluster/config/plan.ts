import type { Addresses } from '../hosts/network.ts';

/** A file of a host's configuration; what src/cluster/render makes has the same shape. */
export interface HostFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

export const floatingAddress = '10.77.0.100';
export const webPort = 8080;

const web = { web1: '10.77.0.21', web2: '10.77.0.22', web3: '10.77.0.23' } as const;
const databases = { db1: '10.77.0.31', db2: '10.77.0.32', db3: '10.77.0.33' } as const;

/**
 * Readers under test come from a network of their own, without limits; a crawler and a reader that
 * limits are for, from others.
 */
const outside = { client: '10.77.2.50', crawler: '10.77.3.50', reader: '10.77.4.50' } as const;
export const exemptNetworks = '127.0.0.0/8, 10.77.0.0/24, 10.77.2.0/24';

/** Hosts and addresses of the whole cluster; with one database server or with three. */
export function addressesOf(servers: 1 | 3): Addresses {
  return {
    lb1: '10.77.0.11',
    lb2: '10.77.0.12',
    ...web,
    ...Object.fromEntries(Object.entries(databases).slice(0, servers)),
    ...outside,
  };
}

export const balancers = ['lb1', 'lb2'] as const;
export const webNodes: readonly string[] = Object.keys(web);
export const webAddresses: Readonly<Record<string, string>> = web;
export const databaseHosts: readonly string[] = Object.keys(databases);
export const databaseAddresses: Readonly<Record<string, string>> = databases;

export const password = 'secret';
export const postgresPort = 5432;
/** Of HAProxy, where the primary answers whoever it is. */
export const primaryPort = 5000;
export const patroniPort = 8008;
/** Of HAProxy itself: does it live? */
export const haproxyPort = 8404;

/** As the library is told it; several servers with commas. */
export function libraryUrl(hosts: string): string {
  return `postgresql://library:${password}@${hosts}/library`;
}
