import { type Judgement, note, ok, type Rule } from '../advice.ts';
import { bytesText } from '../units.ts';
import { isDeclared } from './declared.ts';
import { type DatabaseFacts, type IndexFacts, patronictl, type Setup } from './facts.ts';

function pageCost({ parameters, server }: DatabaseFacts): Judgement | undefined {
  const parameter = parameters['random_page_cost'];
  if (parameter === undefined) return undefined;
  if (server.rotational === undefined)
    return note(
      parameter.text,
      'whether its disk seeks is not known (a virtual disk, or another machine); 1.1 is right if not',
    );
  if (server.rotational) return ok(parameter.text, 'its disk seeks (rotational)');
  if (parameter.amount <= 2) return ok(parameter.text, 'its disk does not seek (rotational 0)');
  return {
    state: 'advise',
    value: parameter.text,
    wanted: '1.1',
    reason: `its disk does not seek (rotational 0), and ${parameter.text} says that an index costs four times a scan`,
    set: [{ name: 'random_page_cost', value: '1.1', why: 'The disk does not seek.' }],
  };
}

function jit({ parameters }: DatabaseFacts): Judgement | undefined {
  const parameter = parameters['jit'];
  return (
    parameter && ok(parameter.text, 'the connections of Reperio switch it off themselves, whatever the server has')
  );
}

/** Nanoseconds. */
const cheapClock = 100;

function times({ parameters, clockCost }: DatabaseFacts): Judgement | undefined {
  const parameter = parameters['track_io_timing'];
  if (parameter === undefined) return undefined;
  if (clockCost === undefined) return note(parameter.text, 'what reading the clock costs could not be measured');
  const number = `reading the clock costs ${Math.round(clockCost)} ns`;
  if (parameter.text === 'on' && clockCost > 10 * cheapClock)
    return {
      state: 'advise',
      value: 'on',
      wanted: 'off',
      reason: `${number}, twice for each page`,
      set: [{ name: 'track_io_timing', value: 'off', why: 'Reading the clock is slow on this machine.' }],
    };
  if (parameter.text === 'on' || clockCost >= cheapClock) return ok(parameter.text, number);
  return {
    state: 'advise',
    value: 'off',
    wanted: 'on',
    reason: `${number}: it says how long a statement waited for the disk`,
    set: [{ name: 'track_io_timing', value: 'on', why: 'Statistics say how long statements waited for the disk.' }],
  };
}

function slowLog({ parameters }: DatabaseFacts): Judgement | undefined {
  const name = 'log_min_duration_statement';
  const parameter = parameters[name];
  if (parameter === undefined) return undefined;
  if (parameter.amount > 0 && parameter.amount <= 10_000) return ok(parameter.text, 'slower statements are in its log');
  if (parameter.amount === 0) return note('0', 'every statement is logged, which costs a write each');
  return {
    state: 'advise',
    value: parameter.amount < 0 ? 'off' : parameter.text,
    wanted: '1s',
    reason: '0 slow statements are logged, whatever readers wait for; where none is slow, there is no line',
    set: [{ name, value: '1s', why: 'Statements for which readers waited are logged.' }],
  };
}

const statements = 'pg_stat_statements';

function statistics({ parameters, extensions, slowStatements, reader }: DatabaseFacts): Judgement | undefined {
  if (!extensions.available.includes(statements))
    return note('not there', 'this server was installed without it (Debian: postgresql-contrib)');
  const loaded = parameters['shared_preload_libraries'];
  if (loaded === undefined && !reader) return note(undefined, 'only pg_monitor may see what is loaded');
  const list = (loaded?.text ?? '')
    .split(',')
    .map((one) => one.trim().replaceAll('"', ''))
    .filter(Boolean);
  const installed = extensions.installed.includes(statements);
  const create = `CREATE EXTENSION IF NOT EXISTS ${statements};`;
  if (!list.includes(statements)) {
    const value = [...list, statements].join(', ');
    return {
      state: 'advise',
      value: 'off',
      wanted: 'on',
      reason: `${list.length === 0 ? 'nothing' : list.join(', ')} is loaded: 0 statements are counted`,
      set: [{ name: 'shared_preload_libraries', value, why: 'Counts statements: which, how often, how long.' }],
      ...(installed ? {} : { command: `${create}   -- after the restart, in this database` }),
    };
  }
  if (!installed)
    return {
      state: 'advise',
      value: 'loaded',
      wanted: 'on',
      reason: 'it counts, but this database has no view of it',
      command: create,
    };
  const [slowest] = slowStatements ?? [];
  if (slowest === undefined) return ok('on', 'no statement of ten or more calls takes half a second on average');
  return note('on', `${slowest.calls} calls of ${Math.round(slowest.mean)} ms on average: ${slowest.text}`);
}

function invalid({ indexes }: DatabaseFacts): Judgement {
  const broken = indexes.find(({ valid, building }) => !valid && !building);
  if (broken === undefined) return ok(`${indexes.length}`, 'all are valid');
  const leftover = /_cc(?:new|old)\d*$/.test(broken.name);
  return {
    state: 'advise',
    value: broken.name,
    reason: `it is invalid: every write pays for it (${bytesText(broken.size)}), and no reader gains`,
    command: leftover ? `DROP INDEX CONCURRENTLY ${broken.name};` : `REINDEX INDEX CONCURRENTLY ${broken.name};`,
  };
}

/** Unused indexes are never advised on: unique keys are used by writes, and backups by none. */
function duplicates({ indexes }: DatabaseFacts): Judgement {
  const byKey = new Map<string, IndexFacts[]>();
  for (const index of indexes) byKey.set(index.key, [...(byKey.get(index.key) ?? []), index]);
  const pairs = [...byKey.values()].filter((same) => same.length > 1);
  const extra = pairs.flatMap((same) => {
    const removable = same.filter((index) => !index.constraint && !isDeclared(index));
    // One of them stays.
    return removable.length === same.length ? removable.slice(1) : removable;
  });
  const [first] = extra;
  if (first === undefined) return ok(`${indexes.length}`, 'no two do the same, but for those of the migrations');
  const twin = indexes.find((index) => index.key === first.key && index !== first);
  return {
    state: 'advise',
    value: extra.map(({ name }) => name).join(', '),
    reason: `${first.name} does the same as ${twin?.name}: ${bytesText(first.size)}, and every write to ${first.table} pays twice`,
    command: extra.map(({ name }) => `DROP INDEX CONCURRENTLY ${name};`).join(' '),
  };
}

const restartCommands: Readonly<Record<Setup, (cluster: string) => string>> = {
  embedded: () => 'reperio tune database --apply --restart',
  external: () => 'systemctl restart postgresql   # on its machine, when readers can wait a few seconds',
  patroni: (cluster) => `${patronictl} restart --pending ${cluster}`,
};

function configuration({ fileErrors, parameters, setup, server, superuser }: DatabaseFacts): Judgement {
  const waiting = Object.entries(parameters)
    .filter(([, { waits }]) => waits)
    .map(([name]) => name);
  // What waits for a restart is in the list of errors too.
  const [wrong] = fileErrors.filter(({ name }) => !waiting.includes(name));
  if (wrong !== undefined)
    return {
      state: 'advise',
      value: `${wrong.file}:${wrong.line}`,
      reason: `${wrong.name} ${wrong.error}: after a restart the server would not start`,
      command: `# correct line ${wrong.line} of ${wrong.file}`,
    };
  if (waiting.length === 0 && !superuser)
    return note(undefined, 'nothing waits for a restart; only a superuser may see mistakes in the files');
  if (waiting.length === 0) return ok(undefined, 'its files and what it runs with agree');
  return {
    state: 'advise',
    value: waiting.join(', '),
    reason: 'the files have other values, which wait for a restart',
    command: restartCommands[setup](server.clusterName),
  };
}

const group = 'Reading and statistics';
export const readingRules: readonly Rule<DatabaseFacts>[] = [
  { name: 'configuration files', group, reads: 'pg_file_settings', judge: configuration },
  { name: 'random_page_cost', group, reads: '/sys/block', judge: pageCost },
  { name: 'jit', group, reads: 'pg_settings', judge: jit },
  { name: 'track_io_timing', group, reads: 'the cost of the clock, by EXPLAIN', judge: times },
  { name: 'log_min_duration_statement', group, reads: 'pg_settings', judge: slowLog },
  { name: statements, group, reads: 'pg_available_extensions, pg_stat_statements', judge: statistics },
  { name: 'invalid indexes', group, reads: 'pg_index', judge: invalid },
  { name: 'duplicate indexes', group, reads: 'pg_index, the migrations', judge: duplicates },
];
