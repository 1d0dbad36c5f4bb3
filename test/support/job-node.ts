/**
 * A node of the test of killed nodes: does jobs `count` until it is killed. A step is written
 * before its checkpoint, so a kill between both repeats it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { workOnJobs } from '../../src/jobs/queue/work.ts';
import { connect } from '../../src/store/database.ts';

const [url = '', node = ''] = process.argv.slice(2);
const database = connect(url, { poolSize: 4, connectTimeout: 20_000, statementTimeout: 60_000, lockTimeout: 30_000 });
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

await workOnJobs({
  ...{ database, url, node, places: 2, signal: stop.signal, every: 500 },
  kinds: [
    {
      ...{ name: 'count', summary: '' },
      run: async (job) => {
        for (let step = Number(job.checkpoint ?? 0) + 1; step <= Number(job.arguments['steps']); step++) {
          await database.query(sql`INSERT INTO step (job_id, step, node) VALUES (${job.id}, ${step}, ${node})`);
          await job.keep(step);
          await sleep(5, undefined, { signal: job.signal });
        }
        return { did: 'Counted.' };
      },
    },
  ],
});
await database.close();
