import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { having } from '../../addresses/addresses.ts';
import type { Settings } from '../../config/settings.ts';
import { type ErrorKind, UserError } from '../../errors/errors.ts';
import { isPage } from '../../formats/formats.ts';
import { webErrors } from '../http/errors.ts';
import { type Budget, createBudget } from './budget.ts';
import { networkOf, parseNetworks } from './networks.ts';
import type { Pace } from './pace.ts';
import { createSlices } from './slices.ts';
import { createExportSlots, type ExportSlots } from './slots.ts';
import { createTraffic, type Traffic } from './traffic.ts';
import { createTurns } from './turns.ts';
import { createUsage } from './usage.ts';

export interface LimitSettings
  extends Pick<
    Settings,
    'pageRate' | 'exportRate' | 'peopleRate' | 'exemptNetworks' | 'exports' | 'exportWait' | 'exportPace'
  > {
  /** Milliseconds over which the pace of an export is measured. */
  readonly paceWindow?: number;
  /** The clock by which what networks have used is forgotten, in milliseconds. */
  readonly now?: () => number;
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
/**
 * Pages of one network; two keep a core busy, and a third stands for the time that the database
 * takes.
 */
const turnLimits = { atOnce: 3, longest: 250 };

/**
 * Milliseconds for the patterns of a question: the dictionaries of a million records are read in
 * less. A process that is late gives less.
 */
const standardPatternTime = 2000;
const leastPatternTime = 100;
const lagThatHalves = 25;
/**
 * A process that is so late has more to do than it can; whoever has had more than this part of it
 * lately is told to come back. Milliseconds.
 */
const lagThatRefuses = 50;
const fairShare = 0.3;

/**
 * Long works of a network: two keep a core busy, and a question of all wildcards holds some
 * megabytes.
 */
const sliceLimits = { atOnce: 2, mostWaiting: 50 };
/** Seconds for whoever has more of them than may wait. */
const comeBack = 10;

/** Work of a request that goes on in slices. */
export interface RequestWork {
  /** It had so many milliseconds of the thread. */
  used(milliseconds: number): void;
  /** Waits until it may go on. Throws UserError when too much of its network waits already. */
  pause(): Promise<void>;
  end(): void;
}

/** What keeps crawlers and harvesters from hurting readers; one for each process. */
export interface Limits {
  readonly traffic: Traffic;
  readonly slots: ExportSlots;
  readonly pace: Pace;
  /** Takes a request from its network's budget: 0, or the seconds to wait. */
  take(request: FastifyRequest): number;
  /**
   * Before a session or token that nobody has brought lately is looked up: 0, or the seconds to
   * wait, since too many of its network were none.
   */
  guess(request: FastifyRequest): number;
  /** It was none. */
  guessedWrong(request: FastifyRequest): void;
  /**
   * Waits until it is the turn of the request's network; what ends it, or undefined when nothing
   * needs to be ended.
   */
  turn(request: FastifyRequest): Promise<(() => void) | undefined>;
  networkOf(request: FastifyRequest): string;
  /** Work of a request that may take long. */
  beginWork(request: FastifyRequest): RequestWork;
  /**
   * Milliseconds that the wildcards and regular expressions of a question may take at this moment.
   */
  patternTime(): number;
  /**
   * The seconds to wait for the network of a request that has kept this process from others; 0 for
   * all others.
   */
  overused(request: FastifyRequest): number;
}

/**
 * `isSignedIn` says whether somebody asks whom we know: such a person may ask `peopleRate` times as often.
 * `eventLoopLag`: how late the event loop is, in milliseconds on the mean
 * of the last second.
 */
export function createLimits(
  settings: LimitSettings,
  isSignedIn: (request: FastifyRequest) => boolean,
  eventLoopLag: () => number = () => 0,
): Limits {
  const exempt = parseNetworks(settings.exemptNetworks, 'exempt-networks');
  const budgets: Readonly<Record<'page' | 'export', Budget>> = {
    page: createBudget(settings.pageRate),
    export: createBudget(settings.exportRate),
  };
  // Places are counted by network, except for exempt addresses, which stand for themselves.
  const keyOf = (request: FastifyRequest): string =>
    exempt.includes(request.ip) ? `exempt ${request.ip}` : networkOf(request.ip);
  // A signed-in person has a bucket apart from the network's: its guests must not use it up.
  const askerOf = (request: FastifyRequest): string =>
    isSignedIn(request) ? `person ${networkOf(request.ip)}` : networkOf(request.ip);
  const isLimited = (request: FastifyRequest): boolean => !exempt.includes(request.ip) && !isFree(request.url);
  const guesses = createBudget(settings.pageRate);
  const turns = createTurns(turnLimits);
  const usage = createUsage(settings.now);
  const slices = createSlices(usage.share, sliceLimits);
  return {
    traffic: createTraffic(),
    slots: createExportSlots({
      most: settings.exports,
      wait: settings.exportWait,
      isExempt: (network) => network.startsWith('exempt '),
    }),
    pace: paceOf(settings),
    take: (request) => {
      if (!isLimited(request)) return 0;
      const times = isSignedIn(request) ? settings.peopleRate : 1;
      return budgets[isExport(request.url) ? 'export' : 'page'].take(askerOf(request), times);
    },
    guess: (request) => (isLimited(request) ? guesses.left(networkOf(request.ip)) : 0),
    guessedWrong: (request) => {
      if (isLimited(request)) guesses.take(networkOf(request.ip));
    },
    turn: async (request) => {
      if (settings.pageRate === 0 || !isLimited(request)) return;
      return turns.take(askerOf(request));
    },
    networkOf: keyOf,
    beginWork: (request) => {
      const asker = askerOf(request);
      const work = slices.begin(asker);
      return {
        used: (milliseconds) => usage.add(asker, milliseconds),
        pause: async () => {
          if (!(await work.pause())) throw new UserError(webErrors.tooCostly, { seconds: comeBack });
        },
        end: work.end,
      };
    },
    patternTime: () => Math.max(leastPatternTime, standardPatternTime / (1 + eventLoopLag() / lagThatHalves)),
    overused: (request) => {
      if (settings.pageRate === 0 || !isLimited(request) || eventLoopLag() < lagThatRefuses) return 0;
      const asker = askerOf(request);
      return usage.share(asker) > fairShare ? usage.until(asker, fairShare) : 0;
    },
  };
}

function paceOf({ exportPace, paceWindow = standardPaceWindow }: LimitSettings): Pace {
  return { least: exportPace * paceWindow, window: paceWindow };
}

const isFree = having('free');
const mayExport = having('exports');
const isHarvest = having('harvests');
const isList = having('lists');

/**
 * Is this a search in a format that programs read, a whole list, or a harvest? Those may be long.
 */
export function isExport(url: string): boolean {
  if (isHarvest(url) || isList(url)) return true;
  return mayExport(url) && !isPage(new URLSearchParams(url.split('?').slice(1).join('?')).get('of') ?? '');
}

const requestsInFlight = new WeakSet<FastifyRequest>();
/** What ends the turn of a request. */
const turnsTaken = new WeakMap<FastifyRequest, () => void>();

/** Throws what says so when `seconds` are to be waited. */
export function refuseFor(seconds: number, reply: FastifyReply, why: ErrorKind = webErrors.tooManyRequests): void {
  if (seconds === 0) return;
  reply.header('retry-after', seconds).header('cache-control', 'no-store');
  throw new UserError(why, { seconds });
}

/**
 * Asks the budget before any work, waits for the turn of the network, and counts the pages that are
 * being answered.
 */
export function applyLimits(app: FastifyInstance, limits: Limits): void {
  app.addHook('onRequest', async (request, reply) => {
    const harvests = isHarvest(request.url);
    refuseFor(limits.take(request), reply, harvests ? webErrors.harvestLater : webErrors.tooManyRequests);
    refuseFor(limits.overused(request), reply, harvests ? webErrors.harvestLater : webErrors.tooCostly);
    if (isExport(request.url)) return;
    const endTurn = await limits.turn(request);
    if (endTurn !== undefined) {
      if (reply.raw.destroyed) {
        // Whoever asked has gone away while waiting.
        endTurn();
        return reply.hijack();
      }
      turnsTaken.set(request, endTurn);
    }
    requestsInFlight.add(request);
    limits.traffic.begin();
    // Not onResponse: a client that goes away before the answer must not count for ever.
    reply.raw.once('close', () => {
      endTurn?.();
      if (requestsInFlight.delete(request)) limits.traffic.end();
    });
  });
  // The answer is made; how fast it is read is no matter of ours.
  app.addHook('onSend', (request, _reply, payload, done) => {
    turnsTaken.get(request)?.();
    done(null, payload);
  });
}
