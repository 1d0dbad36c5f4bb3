import type { Settings } from '../config/settings.ts';
import type { Advice } from '../maintain/tune/advice.ts';
import { adviceOnDatabase } from '../maintain/tune/database/advise.ts';
import { adviceOnSystem } from '../maintain/tune/os/advise.ts';
import { type Diagnosis, notSetUp, yes } from '../monitor/doctor/diagnosis.ts';
import { connect } from '../store/database.ts';

import { layoutOf, readPidFile } from '../store/embedded/layout.ts';
import { storeUrl } from '../store/open.ts';

/** What `tune` would set, one question for the machine and one for the database server. */
export async function tuningDiagnoses(settings: Settings): Promise<readonly Diagnosis[]> {
  const asked = [
    ['Is the machine set as its counters call for?', 'reperio tune os', () => adviceOnSystem(settings)],
    ['Is the database server set as its counters call for?', 'reperio tune database', () => databaseAdvice(settings)],
  ] as const;
  const found = await Promise.all(
    asked.map(async ([question, fix, advise]) => {
      const advice = await advise().catch(() => undefined);
      return advice === undefined ? undefined : diagnosis(question, fix, advice);
    }),
  );
  return found.filter((each) => each !== undefined);
}

function diagnosis(question: string, fix: string, advice: readonly Advice[]): Diagnosis {
  const names = advice.filter(({ state }) => state === 'advise').map(({ name }) => name);
  if (names.length === 0) return yes(question, 'It is.');
  // The library works; it could be better.
  return { ...notSetUp(question, `To be set: ${names.join(', ')}.`), fix, page: 'docs/tuning.md' };
}

/** Undefined: there is none to ask. The embedded server is not started for it. */
async function databaseAdvice(settings: Settings): Promise<readonly Advice[] | undefined> {
  if (settings.databaseUrl === undefined && readPidFile(layoutOf(settings.dataFolder)) === undefined) return undefined;
  const url = storeUrl(settings);
  const database = connect(url, { connectTimeout: 2_000, statementTimeout: 5_000, lockTimeout: 500, poolSize: 1 });
  try {
    return await adviceOnDatabase(settings, database, url);
  } finally {
    await database.close();
  }
}
