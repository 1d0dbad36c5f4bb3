import { type Judgement, note, ok, type Rule } from '../advice.ts';
import { bytesText, durationText, percent, weakNote } from '../units.ts';
import type { DatabaseFacts } from './facts.ts';
import { megabytes } from './parameter.ts';

const wantedHits = 0.98;
/** Pages; below, a share says nothing. */
const enoughPages = 100_000;

function buffers({ parameters, server, database, counted }: DatabaseFacts): Judgement | undefined {
  const parameter = parameters['shared_buffers'];
  if (parameter === undefined) return undefined;
  const { hits, reads, size } = database;
  const total = hits + reads;
  const share = total === 0 ? 1 : hits / total;
  const number = `${percent(share)} of ${Math.round(total)} pages were found there, segments of the index left out`;
  if (total < enoughPages) return ok(parameter.text, `${number}: too few to say more`);
  if (share >= wantedHits) return ok(parameter.text, number);
  const { memory, available } = server;
  const weak = weakNote(counted, 'the counters began');
  if (memory === undefined)
    return note(
      parameter.text,
      `${number}${weak}; the memory of the server's machine is not known here: --memory 16GB says it`,
    );
  // More than the whole database gains nothing; a quarter of the machine leaves the kernel its
  // part.
  const wanted = Math.min(memory / 4, size * 1.25);
  const more = wanted - parameter.amount;
  if (more < parameter.amount / 4)
    return ok(parameter.text, `${number}${weak}; a larger value would not fit or not help`);
  if (available !== undefined && available < more * 2)
    return note(parameter.text, `${number}${weak}, but only ${bytesText(available)} of memory are free`);
  const value = megabytes(wanted);
  const free = available === undefined ? bytesText(memory) : `${bytesText(available)} free`;
  return {
    state: 'advise',
    value: parameter.text,
    wanted: value,
    reason: `${number}${weak}; memory: ${free}`,
    set: [{ name: 'shared_buffers', value, why: `${percent(share)} of pages were found there.` }],
  };
}

function cache({ parameters, server, database }: DatabaseFacts): Judgement | undefined {
  const parameter = parameters['effective_cache_size'];
  if (parameter === undefined) return undefined;
  const size = `the database has ${bytesText(database.size)}`;
  if (database.size <= parameter.amount && server.memory === undefined) return ok(parameter.text, size);
  if (server.memory === undefined)
    return note(parameter.text, `${size}; the memory of the server's machine is not known here: --memory 16GB says it`);
  const wanted = server.memory * 0.7;
  const value = megabytes(wanted);
  const set = [{ name: 'effective_cache_size', value, why: 'What PostgreSQL and the kernel cache together.' }];
  const number = `${size}, the machine ${bytesText(server.memory)} of memory`;
  // Nothing depends on what is said beyond the size of the database.
  if (parameter.amount > server.memory && database.size > wanted)
    return { state: 'advise', value: parameter.text, wanted: value, reason: `${number}: less than is assumed`, set };
  if (database.size > parameter.amount && wanted > parameter.amount * 1.5)
    return { state: 'advise', value: parameter.text, wanted: value, reason: `${number}: more than is assumed`, set };
  return ok(parameter.text, number);
}

/** Bytes for each dead row, until 16. */
const perRow = 6;

function vacuumMemory({ parameters, tables, version, server }: DatabaseFacts): Judgement | undefined {
  const own = parameters['autovacuum_work_mem'];
  const name = own !== undefined && own.amount > 0 ? 'autovacuum_work_mem' : 'maintenance_work_mem';
  const parameter = parameters[name];
  if (parameter === undefined) return undefined;
  const largest = [...tables].sort((a, b) => b.live - a.live)[0];
  const scale = Number(parameters['autovacuum_vacuum_scale_factor']?.text ?? 0.2);
  const dead = (largest?.live ?? 0) * scale;
  const needed = dead * perRow;
  const number = `autovacuum of ${largest?.name ?? 'a table'} (${largest?.live ?? 0} rows) keeps at most ${bytesText(needed)} of dead rows`;
  if (version >= 170_000) return ok(parameter.text, 'PostgreSQL 17 and newer need a twentieth of what they needed');
  if (needed <= parameter.amount) return ok(parameter.text, number);
  const value = megabytes(Math.min(2 ** 30, needed, (server.memory ?? Number.POSITIVE_INFINITY) / 16));
  return {
    state: 'advise',
    value: parameter.text,
    wanted: value,
    reason: `${number}: with less, it reads every index more than once`,
    set: [{ name, value, why: 'Dead rows of the largest table in one pass.' }],
  };
}

const muchTemp = 2 ** 30;

function temporary({ database, parameters, counted, server }: DatabaseFacts): Judgement {
  const { tempBytes, tempFiles } = database;
  const days = Math.max(counted, 3600) / 86_400;
  const perDay = tempBytes / days;
  const number = `${tempFiles} temporary files, ${bytesText(tempBytes)} in ${durationText(counted)}`;
  const value = parameters['temp_tablespaces']?.text || 'on the disk';
  if (perDay <= muchTemp) return ok(value, `${number}: a tmpfs would save nothing`);
  const weak = weakNote(counted, 'the counters began');
  const work = parameters['work_mem'];
  const wanted = Math.min((work?.amount ?? 0) * 2, 64 * 2 ** 20);
  if (work !== undefined && wanted > work.amount)
    return {
      state: 'advise',
      value: `work_mem ${work.text}`,
      wanted: megabytes(wanted),
      reason: `${number}, ${bytesText(perDay)} a day${weak}: first by more memory for a sort`,
      set: [{ name: 'work_mem', value: megabytes(wanted), why: `${bytesText(perDay)} of temporary files a day.` }],
    };
  if (!server.local)
    return note(value, `${number}, ${bytesText(perDay)} a day${weak}: a tmpfs on the server would save writing it`);
  return {
    state: 'advise',
    value,
    wanted: 'a tmpfs',
    reason: `${number}, ${bytesText(perDay)} a day${weak}; a full tmpfs fails the query`,
    command:
      "mount -t tmpfs -o size=2g,mode=700,uid=postgres tmpfs /run/pg-temp; psql: CREATE TABLESPACE memory LOCATION '/run/pg-temp'; ALTER SYSTEM SET temp_tablespaces = memory;",
  };
}

const largeBuffers = 2 * 2 ** 30;

function hugePages({ parameters, server }: DatabaseFacts): Judgement | undefined {
  const [pages, size] = [parameters['huge_pages'], parameters['shared_buffers']];
  if (pages === undefined || size === undefined || size.amount < largeBuffers) return undefined;
  const needed = Math.ceil((size.amount * 1.05) / 2 ** 21);
  const status = parameters['huge_pages_status']?.text;
  const there = status === 'on' || (server.hugePages ?? 0) >= needed;
  if (pages.text === 'off')
    return {
      state: 'advise',
      value: 'off',
      wanted: 'try',
      reason: `shared_buffers of ${size.text} have ${Math.round(size.amount / 4096)} small pages in every process`,
      set: [{ name: 'huge_pages', value: 'try', why: 'shared_buffers are large.' }],
    };
  if (there) return ok(pages.text, `${needed} pages of 2 MB hold shared_buffers of ${size.text}`);
  return note(
    pages.text,
    `shared_buffers of ${size.text} would need vm.nr_hugepages = ${needed}; without, small pages are used`,
  );
}

const group = 'Connections and memory';
export const memoryRules: readonly Rule<DatabaseFacts>[] = [
  { name: 'shared_buffers', group, reads: 'pg_statio_user_tables, MemAvailable', judge: buffers },
  { name: 'effective_cache_size', group, reads: 'pg_database_size, MemTotal', judge: cache },
  { name: 'memory of vacuum', group, reads: 'pg_stat_user_tables', judge: vacuumMemory },
  { name: 'temporary files', group, reads: 'temp_bytes of pg_stat_database', judge: temporary },
  { name: 'huge_pages', group, reads: 'shared_buffers, HugePages_Total', judge: hugePages },
];
