import { setTimeout as sleep } from 'node:timers/promises';
import type { UploadReport } from '../load/report.ts';
import { startUploader } from '../load/start.ts';
import { addPerson } from '../roles/records.ts';
import { floatingUrl, type Scenario, type World } from './scenario.ts';
import { webScenarios } from './web.ts';

/** Milliseconds. */
const before = 700;
const after = 1_500;
const loops = 6;

/** What may happen while somebody adds files. */
export const uploadScenarios: readonly Scenario[] = webScenarios.filter(({ name }) => name.startsWith('kill -9'));

/** Lets it happen while files are added with an Idempotency-Key each. */
export async function runUploads(world: World, { event, mend }: Scenario): Promise<UploadReport> {
  const { cluster } = world;
  const password = 'nothing to be seen here';
  const person = await addPerson(cluster, 'web2', world, password);
  const uploader = await startUploader(cluster.host('client'), {
    ...{ url: floatingUrl, record: 1, person, password, loops },
  });
  try {
    await sleep(before);
    await event(world);
    await sleep(after);
  } catch (error) {
    await uploader.stop();
    throw error;
  }
  const report = await uploader.stop();
  await mend?.(world);
  return report;
}
