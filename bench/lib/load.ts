import autocannon from 'autocannon';
import type { MixedQuery } from './mix.ts';

export const connections = 10;

export interface Rate {
  readonly perSecond: number;
  readonly median: number;
  readonly p99: number;
  readonly failed: number;
}

/** Every connection asks all queries in turn, each beginning at another place. */
export async function load(address: string, mix: readonly MixedQuery[], duration: number): Promise<Rate> {
  const requests = mix.map(({ text }) => ({ path: `/search?${new URLSearchParams({ p: text, rg: '25' })}` }));
  let begun = 0;
  const result = await autocannon({
    url: address,
    connections,
    duration,
    setupClient: (client) => {
      const first = Math.floor((begun++ * requests.length) / connections);
      client.setRequests([...requests.slice(first), ...requests.slice(0, first)]);
    },
  });
  return {
    perSecond: result.requests.average,
    median: result.latency.p50,
    p99: result.latency.p99,
    failed: result.errors + result.timeouts + result.non2xx,
  };
}
