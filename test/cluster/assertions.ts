import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Failure, LoadReport, UploadReport } from './load/report.ts';
import { type CrawlerOutcome, crawlersRate, readersAim } from './scenarios/crawlers.ts';
import type { DatabaseOutcome } from './scenarios/databases.ts';
import type { Aim } from './scenarios/scenario.ts';

/**
 * Aims are medians on a machine of one's own; a single run on a shared one may take so many times
 * as long.
 */
const tolerance = 3;
/** A search while the database is away, in ms: an aim like the others. */
const slowestSearch = 1_200;

const shown = (failures: readonly Failure[]): string => JSON.stringify(failures.slice(0, 5));

function tell(t: TestContext, words: string): void {
  t.diagnostic(`${t.name}: ${words}`);
}

/** What failed, how long the gap was: as the scenario aims at. */
export function assertServed(t: TestContext, { failed, gap }: Aim, report: LoadReport, loops: number): void {
  const { requests, refused, p99, slowest } = report;
  tell(
    t,
    `${report.failed.length} failed and ${refused.length} not connected of ${requests}, gap ${report.gap} ms, p99 ${p99} ms, slowest ${slowest} ms`,
  );
  assert.ok(requests > 100, `only ${requests} requests`);
  if (failed === 'none') {
    assert.equal(report.failed.length, 0, shown(report.failed));
    assert.equal(refused.length, 0, shown(refused));
  } else {
    assert.ok(report.failed.length <= loops, `more than were in flight: ${shown(report.failed)}`);
    const outside = [...report.failed, ...refused].filter(
      ({ at, after }) => at + after < report.gapAt - 200 || at > report.gapAt + report.gap + 200,
    );
    assert.equal(outside.length, 0, `outside of the gap: ${shown(outside)}`);
  }
  assert.ok(report.gap <= gap * tolerance, `a gap of ${report.gap} ms, aim ${gap} ms`);
}

/** Nothing acknowledged is lost, writes go on in time, and searches do not notice. */
export function assertKept(t: TestContext, gap: number, { writes, searches }: DatabaseOutcome): void {
  tell(
    t,
    `${writes.lost.length} of ${writes.acknowledged} acknowledged writes lost, gap ${writes.gap} ms (${writes.failed.length} refused); ` +
      `${searches.failed.length} of ${searches.requests} searches failed, slowest ${searches.slowest} ms, ${searches.marked} said the database is away`,
  );
  assert.ok(writes.acknowledged > 100, `only ${writes.acknowledged} writes`);
  assert.deepEqual(writes.lost, [], 'acknowledged writes are gone');
  assert.ok(writes.gap <= gap * tolerance, `no write for ${writes.gap} ms, aim ${gap} ms`);
  assert.equal(searches.failed.length, 0, shown(searches.failed));
  assert.equal(searches.refused.length, 0, shown(searches.refused));
  assert.ok(searches.slowest <= slowestSearch * tolerance, `a search took ${searches.slowest} ms`);
}

/** Crawlers are told to slow down, and readers do not notice them. */
export function assertUndisturbed(t: TestContext, { crawler, reader }: CrawlerOutcome): void {
  const told = crawler.statuses['429'] ?? 0;
  const rate = Math.round(crawler.requests / crawler.seconds);
  tell(
    t,
    `${rate} requests/s of crawlers, ${Math.round((told / crawler.requests) * 100)} % told to slow down; readers: p50 ${reader.p50} ms, p99 ${reader.p99} ms of ${reader.requests}`,
  );
  assert.ok(rate > crawlersRate / tolerance, `crawlers came to ${rate} requests/s only`);
  assert.ok(told > crawler.requests / tolerance, `${told} of ${crawler.requests} were told to slow down`);
  assert.equal(reader.failed.length, 0, shown(reader.failed));
  assert.equal(reader.refused.length, 0, shown(reader.refused));
  assert.ok(reader.p99 <= readersAim * tolerance, `readers' p99 is ${reader.p99} ms`);
}

/** Not one request fails, and each is applied once. */
export function assertOnce(t: TestContext, gap: number, report: UploadReport): void {
  const { requests, failed, unanswered, lost, repeated, slowest } = report;
  tell(
    t,
    `${failed.length} of ${requests} failed, ${unanswered} given up, ${lost} not applied, ${repeated} applied twice, gap ${report.gap} ms, slowest ${slowest} ms`,
  );
  assert.ok(requests > 50, `only ${requests} requests`);
  assert.equal(failed.length, 0, shown(failed));
  assert.deepEqual({ unanswered, lost, repeated }, { unanswered: 0, lost: 0, repeated: 0 });
  assert.ok(report.gap <= gap * tolerance, `a gap of ${report.gap} ms, aim ${gap} ms`);
}
