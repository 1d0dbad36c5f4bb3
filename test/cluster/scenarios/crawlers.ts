import { setTimeout as sleep } from 'node:timers/promises';
import { webNodes } from '../config/plan.ts';
import type { LoadReport } from '../load/report.ts';
import { startLoad } from '../load/start.ts';
import { setNode } from '../roles/balancer.ts';
import { readers, type World } from './scenario.ts';
import { allUp } from './web.ts';

export interface CrawlerOutcome {
  readonly crawler: LoadReport;
  readonly reader: LoadReport;
}

/** Milliseconds within which 99 of 100 readers' requests are answered. */
export const readersAim = 200;
const seconds = 12;
/**
 * The node has had a third of the readers until now, and may have been started a moment ago: what
 * it is like when it has compiled what it runs is measured.
 */
const warmUp = 5;
/** What the crawlers ask for together. */
export const crawlersRate = 500;
/** 25 connections that each ask 20 times a second. */
const crawling = { keeping: 20, fresh: 5, pause: 50, accepted: [429] } as const;
/** 10 requests a second, which the budget of a network allows. */
const reading = { keeping: 3, fresh: 0, pause: 300 } as const;

/** One node, 500 requests a second from one network, and readers in another. */
export async function runCrawlers(world: World): Promise<CrawlerOutcome> {
  const { cluster } = world;
  const others = webNodes.slice(1);
  await Promise.all(others.map((name) => setNode(cluster, name, 'maint')));
  try {
    const crawler = await startLoad(cluster.host('crawler'), readers(world, crawling));
    await sleep(warmUp * 1_000);
    const reader = await startLoad(cluster.host('reader'), readers(world, reading));
    await sleep(seconds * 1_000);
    return { reader: await reader.stop(), crawler: await crawler.stop() };
  } finally {
    await Promise.all(others.map((name) => setNode(cluster, name, 'ready')));
    await allUp(world);
  }
}
