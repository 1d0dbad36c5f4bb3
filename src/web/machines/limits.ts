import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Settings } from '../../config/settings.ts';
import { UserError } from '../../errors/errors.ts';
import { webErrors } from '../errors.ts';
import { type Budget, createBudget } from './budget.ts';
import { networkOf, parseNetworks } from './networks.ts';
import type { Pace } from './pace.ts';
import { createExportSlots, type ExportSlots } from './slots.ts';
import { createTraffic, type Traffic } from './traffic.ts';

export interface LimitSettings
  extends Pick<
    Settings,
    'pageRate' | 'exportRate' | 'peopleRate' | 'exemptNetworks' | 'exports' | 'exportWait' | 'exportPace'
  > {
  /** Milliseconds over which the pace of an export is measured. */
  readonly paceWindow?: number;
}

/** Without limits: for tests and tools that make an application of their own. */
export const noLimits: LimitSettings = {
  pageRate: 0,
  exportRate: 0,
  peopleRate: 1,
  exemptNetworks: '',
  exports: 0,
  exportWait: 0,
  exportPace: 0,
};

const standardPaceWindow = 30_000;

/** What keeps crawlers and harvesters from hurting readers; one for each process. */
export interface Limits {
  readonly traffic: Traffic;
  readonly slots: ExportSlots;
  readonly pace: Pace;
  /** Takes a request from its network's budget: 0, or the seconds to wait. */
  take(request: FastifyRequest): number;
  networkOf(request: FastifyRequest): string;
}

/** `isSignedIn` says whether somebody asks whom we know: such a person may ask `peopleRate` times as often. */
export function createLimits(settings: LimitSettings, isSignedIn: (request: FastifyRequest) => boolean): Limits {
  const exempt = parseNetworks(settings.exemptNetworks, 'exempt-networks');
  const budgets: Readonly<Record<'page' | 'export', Budget>> = {
    page: createBudget(settings.pageRate),
    export: createBudget(settings.exportRate),
  };
  // Places are counted by network, except for exempt addresses, which stand for themselves.
  const keyOf = (request: FastifyRequest): string =>
    exempt.includes(request.ip) ? `exempt ${request.ip}` : networkOf(request.ip);
  return {
    traffic: createTraffic(),
    slots: createExportSlots({
      most: settings.exports,
      wait: settings.exportWait,
      isExempt: (network) => network.startsWith('exempt '),
    }),
    pace: paceOf(settings),
    take: (request) => {
      if (exempt.includes(request.ip) || isFree(request.url)) return 0;
      const times = isSignedIn(request) ? settings.peopleRate : 1;
      // A signed-in person has a bucket apart from the network's: its guests must not use it up.
      const key = times === 1 ? networkOf(request.ip) : `person ${networkOf(request.ip)}`;
      return budgets[isExport(request.url) ? 'export' : 'page'].take(key, times);
    },
    networkOf: keyOf,
  };
}

function paceOf({ exportPace, paceWindow = standardPaceWindow }: LimitSettings): Pace {
  return { least: exportPace * paceWindow, window: paceWindow };
}

/** What costs nothing: kept for ever by browsers, asked by balancers, or what tells machines how to behave. */
function isFree(url: string): boolean {
  return /^\/(?:assets\/|health\/|robots\.txt|favicon\.ico)/.test(url);
}

/** Is this a search in a format that machines read? Those may be long. However the address is spelled: the router and the arguments are read without their percent signs. */
export function isExport(url: string): boolean {
  const [path = '', query = ''] = url.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#](.*)/s);
  if (!/^\/search\/?$/.test(decoded(path))) return false;
  const format = new URLSearchParams(query).get('of')?.toLowerCase() ?? '';
  return format !== '' && (!format.startsWith('h') || format === 'hx' || format === 'harvard');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const requestsInFlight = new WeakSet<FastifyRequest>();

/** Asks the budget before any work, and counts the pages that are being answered. */
export function applyLimits(app: FastifyInstance, limits: Limits): void {
  app.addHook('onRequest', async (request, reply) => {
    const seconds = limits.take(request);
    if (seconds > 0) {
      reply.header('retry-after', seconds).header('cache-control', 'no-store');
      throw new UserError(webErrors.tooManyRequests, { seconds });
    }
    if (isExport(request.url)) return;
    requestsInFlight.add(request);
    limits.traffic.begin();
    // Not onResponse: a client that goes away before the answer must not count for ever.
    reply.raw.once('close', () => {
      if (requestsInFlight.delete(request)) limits.traffic.end();
    });
  });
}
