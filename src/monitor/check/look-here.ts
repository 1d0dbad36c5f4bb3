import type { Settings } from '../../config/settings.ts';
import { connect, type Database } from '../../store/database.ts';
import { layoutOf, readPidFile } from '../../store/embedded/layout.ts';
import { storeUrl } from '../../store/open.ts';
import { allChecks, answerCheck } from './answer.ts';
import type { CheckBoard } from './board.ts';
import { createCheckBoard } from './board.ts';
import type { CheckResult } from './check.ts';
import { NoDatabase } from './checks/database.ts';
import type { Check } from './definition.ts';
import { judge, type Limits } from './judge.ts';
import type { CheckLines } from './line.ts';
import { checks } from './table.ts';

export interface LocalLook {
  readonly name: string;
  readonly limits: Limits;
  /** Milliseconds. */
  readonly within: number;
  readonly settings: Settings;
}

/** The same as the server would print, of what can be seen without one. */
export async function lookHere({ name, limits, within, settings }: LocalLook): Promise<CheckLines> {
  const asked = name === allChecks ? checks : checks.filter((check) => check.name === name);
  const results = await Promise.race([lookAt(asked, settings), late(asked, within)]);
  const query = new URLSearchParams();
  if (limits.warning !== undefined) query.set('w', limits.warning);
  if (limits.critical !== undefined) query.set('c', limits.critical);
  const { body } = answerCheck(name, query.toString(), results.length === 0 ? namesOnly() : results);
  return {
    lines: body.trimEnd().split('\n'),
    states:
      results.length === 0
        ? ['unknown']
        : results.map(({ finding }) => judge(finding, name === allChecks ? {} : limits).state),
  };
}

/** Runs checks in this process, without a server; none of them starts a database. */
export async function lookAt(asked: readonly Check[], settings: Settings): Promise<readonly CheckResult[]> {
  let opened: Database | undefined;
  const board: CheckBoard = createCheckBoard(asked, {
    settings: () => settings,
    status: () => {
      throw new Error(`No server answers for the data folder ${settings.dataFolder}: start it with \`reperio serve\`.`);
    },
    database: () => {
      if (settings.databaseUrl === undefined && readPidFile(layoutOf(settings.dataFolder)) === undefined)
        throw new NoDatabase('The embedded database is not running: `reperio serve` starts it.');
      opened ??= connect(storeUrl(settings), { ...settings, poolSize: 2 });
      return opened;
    },
    now: Date.now,
  });
  try {
    return await board.again();
  } finally {
    await opened?.close();
  }
}

async function late(asked: readonly Check[], within: number): Promise<readonly CheckResult[]> {
  return new Promise((resolve) => {
    const sentence = `It was not found out within ${within / 1000} s.`;
    const results = () =>
      asked.map(({ name }) => ({ name, finding: { atLeast: 'unknown' as const, sentence }, when: Date.now() }));
    setTimeout(() => resolve(results()), within).unref();
  });
}

function namesOnly(): readonly CheckResult[] {
  return checks.map(({ name }) => ({ name, finding: { sentence: '' }, when: 0 }));
}
