import { setTimeout as sleep } from 'node:timers/promises';
import { adminSocket } from '../../cluster/render/haproxy.ts';
import { UserError } from '../../errors/errors.ts';
import type { ServerState } from './deployment.ts';
import { rolloutErrors } from './errors.ts';
import type { Fleet } from './fleet.ts';
import { haproxyScript } from './scripts.ts';

/** Where readers' requests go; the other backend of web nodes follows it. */
const backend = 'pages';

/** As HAProxy tells it of a web node. */
export interface BalancedServer {
  /** What somebody told HAProxy to do with it. */
  readonly state: ServerState;
  /** Does it get requests? */
  readonly isUp: boolean;
}

/** Bits of srv_admin_state that somebody set, not the configuration. */
const forcedMaint = 0x01;
const forcedDrain = 0x08;
const running = '2';

/** Of `show servers state`, by server. */
export function parseServers(text: string): ReadonlyMap<string, BalancedServer> {
  const lines = text.split('\n').map((line) => line.trim());
  const titles =
    lines
      .find((line) => line.startsWith('# '))
      ?.slice(2)
      .split(' ') ?? [];
  const cells = lines.filter((line) => /^\d+ /.test(line)).map((line) => line.split(' '));
  const at = (title: string): number => titles.indexOf(title);
  const servers = new Map<string, BalancedServer>();
  for (const row of cells) {
    const admin = Number(row[at('srv_admin_state')]);
    const state = (admin & forcedMaint) !== 0 ? 'maint' : (admin & forcedDrain) !== 0 ? 'drain' : 'ready';
    if (row[at('be_name')] === backend)
      servers.set(row[at('srv_name')]!, { state, isUp: row[at('srv_op_state')] === running && admin === 0 });
  }
  return servers;
}

/** Requests of `show servers conn` that a server is answering, of all backends. */
export function parseRequests(text: string, server: string): number {
  const lines = text.split('\n').map((line) => line.trim());
  const titles =
    lines
      .find((line) => line.startsWith('# '))
      ?.slice(2)
      .split(/\s+/) ?? [];
  const used = titles.indexOf('used_cur');
  return lines
    .map((line) => line.split(/\s+/))
    .filter(([name = '']) => name.endsWith(`/${server}`))
    .reduce((sum, row) => sum + Number(row[used] ?? 0), 0);
}

export async function askHaproxy(fleet: Fleet, balancer: string, command: string): Promise<string> {
  const text = await fleet.script(balancer, haproxyScript, [adminSocket, command], 10, 'asking HAProxy');
  // Commands that were understood answer with a table, or with an empty line.
  if (/^(?:Unknown command|No such|Require|Permission denied)/m.test(text))
    throw new UserError(rolloutErrors.balancerSilent, {
      ...{ balancer, socket: adminSocket },
      problem: `does not do "${command}": ${text.trim().split('\n')[0]}`,
    });
  return text;
}

export async function serversOn(fleet: Fleet, balancer: string): Promise<ReadonlyMap<string, BalancedServer>> {
  return parseServers(await askHaproxy(fleet, balancer, `show servers state ${backend}`));
}

export async function serverOn(fleet: Fleet, balancer: string, server: string): Promise<BalancedServer> {
  return knownServer(await serversOn(fleet, balancer), balancer, server);
}

/** Throws `balancerSilent` where it does not know it. */
export function knownServer(
  servers: ReadonlyMap<string, BalancedServer>,
  balancer: string,
  server: string,
): BalancedServer {
  const found = servers.get(server);
  if (found !== undefined) return found;
  const problem = `has no server ${server} in its backend ${backend}`;
  throw new UserError(rolloutErrors.balancerSilent, { balancer, socket: adminSocket, problem });
}

export async function setServer(fleet: Fleet, balancer: string, server: string, state: ServerState): Promise<void> {
  await askHaproxy(fleet, balancer, `set server ${backend}/${server} state ${state}`);
}

/** Seconds for requests that a host has when it is drained; then the host itself lets them end. */
const drainLimit = 30;
/** Seconds until probes have found it well again. */
const upLimit = 30;
const between = 100;

/** Until no balancer has a request there; how many are left after half a minute. */
export async function awaitDrained(fleet: Fleet, balancers: readonly string[], server: string): Promise<number> {
  const end = performance.now() + drainLimit * 1000;
  for (;;) {
    const texts = await Promise.all(balancers.map((balancer) => askHaproxy(fleet, balancer, 'show servers conn')));
    const left = texts.reduce((sum, text) => sum + parseRequests(text, server), 0);
    if (left === 0 || performance.now() > end) return left;
    await sleep(between);
  }
}

/** Seconds in which a HAProxy that was just reloaded may still answer as before. */
const reloadLimit = 10;

/** Until this balancer sends requests there. Throws `balancerSilent`. */
export async function awaitUp(fleet: Fleet, balancer: string, server: string): Promise<void> {
  const begun = performance.now();
  const end = begun + upLimit * 1000;
  for (;;) {
    const found = await serverOn(fleet, balancer, server).catch((error: unknown) => {
      const isSilent = error instanceof UserError && error.code === rolloutErrors.balancerSilent.code;
      if (isSilent && performance.now() < begun + reloadLimit * 1000) return undefined;
      throw error;
    });
    if (found?.isUp === true) return;
    if (performance.now() > end)
      throw new UserError(rolloutErrors.balancerSilent, {
        ...{ balancer, socket: adminSocket },
        problem: `does not find ${server} well after ${upLimit} s`,
      });
    await sleep(between);
  }
}
