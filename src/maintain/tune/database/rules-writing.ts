import { type Judgement, note, ok, type Rule } from '../advice.ts';
import { bytesText, day, durationText, percent, weakNote } from '../units.ts';
import type { DatabaseFacts, TableFacts } from './facts.ts';
import { megabytes } from './parameter.ts';

/** More than one in an hour, and more than those by time. */
const requestedPerHour = 1;
const largestLog = 16 * 2 ** 30;

function checkpoints({ checkpoints: found, parameters, server }: DatabaseFacts): Judgement | undefined {
  const parameter = parameters['max_wal_size'];
  if (parameter === undefined) return undefined;
  const { timed, requested, counted } = found;
  const number = `${requested} checkpoints on request, ${timed} by time in ${durationText(counted)}`;
  const perHour = requested / Math.max(1, counted / 3600);
  if (requested <= timed || perHour <= requestedPerHour) return ok(parameter.text, number);
  // One load begins some; a day says whether it is always so.
  if (counted < day)
    return note(parameter.text, `${number}${weakNote(counted, 'the counters began')}: a load does that`);
  const wanted = Math.min(parameter.amount * 2, largestLog, (server.free ?? Number.POSITIVE_INFINITY) / 4);
  if (wanted <= parameter.amount) return note(parameter.text, `${number}; the disk has no room for more`);
  const value = megabytes(wanted);
  return {
    state: 'advise',
    value: parameter.text,
    wanted: value,
    reason: `${number}: each writes whole pages again`,
    set: [{ name: 'max_wal_size', value, why: `${requested} checkpoints came before their time.` }],
  };
}

const fullShare = 0.01;
/** A write every second or so is felt; below, no difference was measured with more. */
const fullPerHour = 3600;

function walBuffers({ wal, parameters }: DatabaseFacts): Judgement | undefined {
  const parameter = parameters['wal_buffers'];
  if (parameter === undefined) return undefined;
  const { buffersFull, writes, counted } = wal;
  if (writes === undefined) return note(parameter.text, 'this release does not count writes of the log');
  const share = writes === 0 ? 0 : buffersFull / writes;
  const number = `full in ${percent(share)} of ${writes} writes of the log (wal_buffers_full ${buffersFull})`;
  if (share <= fullShare || parameter.amount >= 64 * 2 ** 20) return ok(parameter.text, number);
  if (counted < day || buffersFull / (counted / 3600) < fullPerHour)
    return note(parameter.text, `${number}, in loads; 64MB saved no time where it was measured`);
  return {
    state: 'advise',
    value: parameter.text,
    wanted: '64MB',
    reason: `${number}, ${Math.round(buffersFull / (counted / 3600))} an hour`,
    set: [{ name: 'wal_buffers', value: '64MB', why: 'Backends wait when it is full.' }],
  };
}

/** Of the log. */
const muchOfPages = 0.5;

function compression({ wal, parameters }: DatabaseFacts): Judgement | undefined {
  const parameter = parameters['wal_compression'];
  if (parameter === undefined) return undefined;
  const share = wal.bytes === 0 ? 0 : Math.min(1, (wal.fullPages * 8192) / wal.bytes);
  const number = `${wal.fullPages} whole pages in ${bytesText(wal.bytes)} of log`;
  const builds = (parameter.choices ?? []).filter((choice) => choice === 'lz4' || choice === 'zstd');
  if (parameter.text !== 'off')
    return ok(parameter.text, `${number}; this server was built with ${['pglz', ...builds].join(', ')}`);
  if (wal.bytes < 2 ** 30) return ok(parameter.text, `${number}: too little to say more`);
  if (share < muchOfPages) return ok(parameter.text, `${number}: they are not most of it`);
  const value = builds.includes('lz4') ? 'lz4' : 'on';
  return {
    state: 'advise',
    value: 'off',
    wanted: value,
    reason: `${number}${weakNote(wal.counted, 'the counters began')}; this server was built with ${['pglz', ...builds].join(', ')}`,
    set: [{ name: 'wal_compression', value, why: 'Whole pages are most of the log.' }],
  };
}

const deadShare = 0.2;
const deadLeast = 10_000;
const largeTable = 1_000_000;
const largeScale = 0.02;

function autovacuum({ parameters, tables }: DatabaseFacts): Judgement | undefined {
  const parameter = parameters['autovacuum'];
  if (parameter === undefined) return undefined;
  const dead = tables.reduce((sum, table) => sum + table.dead, 0);
  if (parameter.text === 'off')
    return {
      state: 'advise',
      value: 'off',
      wanted: 'on',
      reason: `${dead} dead rows, and nobody removes them`,
      set: [{ name: 'autovacuum', value: 'on', why: 'Dead rows are removed.' }],
    };
  const large = tables.find((table) => isLargeAndDead(table));
  if (large !== undefined)
    return {
      state: 'advise',
      value: `${large.dead} dead rows in ${large.name}`,
      wanted: `at most ${percent(largeScale)} of ${large.live}`,
      reason: `a fifth of a table of ${large.live} rows is much to wait for`,
      command: `ALTER TABLE ${large.name} SET (autovacuum_vacuum_scale_factor = ${largeScale});`,
    };
  const worst = tables.find((table) => table.dead > Math.max(deadLeast, table.live * deadShare * 1.5));
  if (worst === undefined) return ok('on', `${dead} dead rows in ${tables.length} tables`);
  const last =
    worst.vacuumed === undefined || worst.vacuumed === null ? 'never' : `${durationText(worst.vacuumed)} ago`;
  return {
    state: 'advise',
    value: `${worst.dead} dead rows in ${worst.name}`,
    wanted: `at most ${percent(deadShare)} of ${worst.live}`,
    reason: `the last vacuum was ${last}: does a long transaction keep them?`,
    command: `VACUUM (VERBOSE) ${worst.name};`,
  };
}

function isLargeAndDead({ live, dead, options }: TableFacts): boolean {
  const own = options.some((option) => option.startsWith('autovacuum_vacuum_scale_factor'));
  return !own && live > largeTable && dead > live * largeScale * 2;
}

/** Transactions; at two thousand million the server takes no more writes. */
const oldest = 1_000_000_000;

function frozen({ age, parameters }: DatabaseFacts): Judgement {
  const freeze = parameters['autovacuum_freeze_max_age']?.amount ?? 200_000_000;
  const value = `${Math.round(age / 1e6)} million transactions`;
  const number = `${percent(age / 2_147_483_647)} of the numbers are used; autovacuum freezes at ${Math.round(freeze / 1e6)} million`;
  if (age < Math.max(oldest, freeze * 1.5)) return ok(value, number);
  return {
    state: 'advise',
    value,
    wanted: `below ${freeze / 1e6} million`,
    reason: number,
    command: 'vacuumdb --all --freeze',
  };
}

/** Without them an acknowledged write may be lost, or a page half written. */
function safety({ parameters }: DatabaseFacts): Judgement {
  const off = ['fsync', 'full_page_writes', 'synchronous_commit'].filter((name) => parameters[name]?.text === 'off');
  if (off.length === 0) return ok('on', 'fsync, full_page_writes and synchronous_commit are on');
  return {
    state: 'advise',
    value: `${off.join(', ')} off`,
    wanted: 'on',
    reason: 'a crash loses acknowledged writes, or damages the database',
    set: off.map((name) => ({ name, value: 'on', why: 'A crash loses nothing.' })),
  };
}

function archiving({ archiver }: DatabaseFacts): Judgement | undefined {
  if (archiver === undefined || archiver.mode === 'off') return undefined;
  const { archived, failed, failing, lastFailed } = archiver;
  const number = `${archived} segments of the log archived, ${failed} attempts failed`;
  if (!failing) return ok(archiver.mode, number);
  return {
    state: 'advise',
    value: 'failing',
    reason: `${number}, the last at ${lastFailed ?? 'an unknown segment'}: the log grows until the disk is full`,
    command: 'SHOW archive_command;   -- run it by hand as the user of the server, and read its error',
  };
}

const farBehind = 64 * 2 ** 20;
const longBehind = 10;

function replication({ standbys }: DatabaseFacts): Judgement | undefined {
  const [worst] = [...standbys].sort((a, b) => b.bytes - a.bytes);
  if (worst === undefined) return undefined;
  if (standbys.some(({ state }) => state === ''))
    return note(
      String(standbys.length),
      'only pg_monitor may see how far they are behind: GRANT pg_monitor TO this role',
    );
  const number = `${worst.name} is ${bytesText(worst.bytes)} and ${durationText(worst.seconds)} behind, ${worst.state}`;
  const behind = worst.bytes > farBehind || worst.seconds > longBehind;
  const stuck = standbys.find(({ state }) => state !== 'streaming');
  if (!behind && stuck === undefined) return ok(`${standbys.length}`, number);
  return {
    state: 'advise',
    value: String(standbys.length),
    wanted: `below ${bytesText(farBehind)} and ${longBehind} s`,
    reason: stuck === undefined ? number : `${stuck.name} is ${stuck.state}; ${number}`,
    command: 'SELECT application_name, state, sync_state, replay_lag FROM pg_stat_replication;',
  };
}

const muchHeld = 2 ** 30;

function slots({ slots: found }: DatabaseFacts): Judgement | undefined {
  if (found.length === 0) return undefined;
  const idle = found.find(({ active, held }) => !active && held > muchHeld);
  if (idle === undefined) return ok(String(found.length), 'no slot that nobody uses holds much of the log');
  return {
    state: 'advise',
    value: idle.name,
    reason: `nobody uses this slot, and it holds ${bytesText(idle.held)} of the log`,
    command: `SELECT pg_drop_replication_slot('${idle.name.replaceAll("'", "''")}');   -- when its standby is gone for good`,
  };
}

const group = 'Writing';
export const writingRules: readonly Rule<DatabaseFacts>[] = [
  { name: 'safety of writes', group, reads: 'pg_settings', judge: safety },
  { name: 'max_wal_size', group, reads: 'pg_stat_bgwriter, since 17 pg_stat_checkpointer', judge: checkpoints },
  { name: 'wal_buffers', group, reads: 'pg_stat_wal, since 18 pg_stat_io', judge: walBuffers },
  { name: 'wal_compression', group, reads: 'pg_stat_wal, what the server was built with', judge: compression },
  { name: 'autovacuum', group, reads: 'pg_stat_user_tables', judge: autovacuum },
  { name: 'age of transactions', group, reads: 'pg_database', judge: frozen },
  { name: 'archive', group, reads: 'pg_stat_archiver', judge: archiving },
  { name: 'standbys', group, reads: 'pg_stat_replication', judge: replication },
  { name: 'replication slots', group, reads: 'pg_replication_slots', judge: slots },
];
