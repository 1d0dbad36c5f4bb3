import { connectionsOfNode, spareConnections } from '../../../cluster/render/postgresql-parameters.ts';
import { type Judgement, note, ok, type Rule } from '../advice.ts';
import { bytesText, durationText, percent } from '../units.ts';
import type { DatabaseFacts, LibraryPart } from './facts.ts';
import { megabytes } from './parameter.ts';

const many = 0.7;
const tooMany = 0.9;

/** What all nodes open together when every pool is full. */
export function wantedConnections({ nodes, poolSize, webWorkers }: LibraryPart): number {
  const workers = nodes.length === 0 ? [webWorkers] : nodes.map((node) => node.workers);
  return workers.reduce((sum, each) => sum + connectionsOfNode(each, poolSize), 0);
}

function sumText({ nodes, poolSize, webWorkers }: LibraryPart): string {
  const workers = nodes.length === 0 ? webWorkers : nodes.reduce((sum, node) => sum + node.workers, 0);
  const count = Math.max(1, nodes.length);
  return `${workers} workers on ${count} ${count === 1 ? 'node' : 'nodes'} with pools of ${poolSize}`;
}

const roundUp = (value: number): number => Math.ceil(value / 10) * 10;

function connections({ connections: { used }, parameters, library, standbys }: DatabaseFacts): Judgement | undefined {
  const most = parameters['max_connections']?.amount;
  if (most === undefined) return undefined;
  const needed = wantedConnections(library) + standbys.length + spareConnections;
  const wanted = String(Math.max(roundUp(needed), roundUp(used / many)));
  const set = [{ name: 'max_connections', value: wanted, why: `${sumText(library)}, ${spareConnections} spare` }];
  const number = `${used} of ${most} are used now (${percent(used / most)})`;
  const sum = `${sumText(library)} open at most ${wantedConnections(library)}`;
  const advise = (reason: string): Judgement => ({ state: 'advise', value: String(most), wanted, reason, set });
  if (used > most * tooMany) return advise(`${number}: the next ones are refused`);
  if (used > most * many) return advise(number);
  if (needed > most) return advise(`${sum}, with ${spareConnections} spare ${needed}; ${number}`);
  return ok(String(most), `${sum}; ${number}`);
}

/** A sort or hash may take more than one work_mem, and most take none. */
const perConnection = 1.5;

function memory({ parameters, server, library, database }: DatabaseFacts): Judgement | undefined {
  const amount = (name: string): number => Math.max(0, parameters[name]?.amount ?? 0);
  const [buffers, work, maintenance] = ['shared_buffers', 'work_mem', 'maintenance_work_mem'].map(amount) as [
    number,
    number,
    number,
  ];
  const vacuum = amount('autovacuum_work_mem') || maintenance;
  const count = Math.min(wantedConnections(library), amount('max_connections'));
  const vacuums = amount('autovacuum_max_workers') * vacuum;
  const sum = buffers + count * work * perConnection + vacuums;
  const parts = `shared_buffers ${bytesText(buffers)} + ${count} connections x ${bytesText(work)} x ${perConnection} + autovacuum ${bytesText(vacuums)}`;
  if (server.memory === undefined)
    return note(
      bytesText(sum),
      `${parts}; the memory of the server's machine is not known here: --memory 16GB says it`,
    );
  const left = server.memory - library.resident;
  const beside = library.resident > 0 ? `, ${bytesText(library.resident)} of which the node uses` : '';
  const number = `${parts}, of ${bytesText(server.memory)}${beside} (${percent(sum / left)})`;
  if (sum <= left * 0.8) return ok(bytesText(sum), number);
  if (sum <= left) return note(bytesText(sum), `${number}: only when every connection sorts at once`);
  const fitting = (left * 0.8 - buffers - vacuums) / (count * perConnection);
  const value = megabytes(Math.max(2 ** 22, Math.min(work, fitting)));
  if (fitting < 2 ** 22 || value === megabytes(work))
    return {
      state: 'advise',
      value: bytesText(sum),
      wanted: `at most ${bytesText(left)}`,
      reason: `${number}: shared_buffers and maintenance_work_mem leave too little`,
      command: 'reperio config get web-workers   # fewer workers, or a machine with more memory',
    };
  return {
    state: 'advise',
    value: bytesText(sum),
    wanted: `at most ${bytesText(left * 0.8)}`,
    reason: `${number}; ${bytesText(database.tempBytes)} of temporary files so far`,
    set: [{ name: 'work_mem', value, why: `${count} connections must fit into ${bytesText(left)}.` }],
  };
}

/** A transaction in which nothing happens keeps dead rows and locks. Seconds. */
const longIdle = 300;

function idle({ connections: found, parameters, reader }: DatabaseFacts): Judgement {
  const name = 'idle_in_transaction_session_timeout';
  const parameter = parameters[name];
  const seconds = found.idleInTransaction;
  const whose = reader ? '' : ' of this role';
  const number =
    seconds < 1
      ? `no transaction${whose} is idle now`
      : `a transaction${whose} has been idle for ${durationText(seconds)}`;
  if (seconds < longIdle) return ok(parameter?.text, number);
  const why = 'A transaction that is never ended keeps dead rows and locks.';
  return {
    state: 'advise',
    value: parameter?.text ?? 'unknown',
    wanted: '10min',
    reason: number,
    command:
      "SELECT pid, application_name, state_change FROM pg_stat_activity WHERE state LIKE 'idle in transaction%';",
    ...((parameter?.amount ?? 0) === 0 ? { set: [{ name, value: '10min', why }] } : {}),
  };
}

/** Seconds: sessions and leases are compared with the database's clock. */
const largestSkew = 1;

function clocks({ library: { nodes } }: DatabaseFacts): Judgement | undefined {
  if (nodes.length === 0) return undefined;
  const [worst] = [...nodes].sort((a, b) => Math.abs(b.skew) - Math.abs(a.skew));
  if (worst === undefined) return undefined;
  const skew = Math.round(Math.abs(worst.skew));
  const number = `${worst.name} is ${skew} ms ${worst.skew > 0 ? 'before' : 'behind'} the database's clock, the way there included`;
  if (skew <= largestSkew * 1000) return ok(`${skew} ms`, number);
  const command = `reperio tune os   # on ${worst.name} and on the database host: is the clock synchronised?`;
  return { state: 'advise', value: `${skew} ms`, wanted: `below ${largestSkew} s`, reason: number, command };
}

const group = 'Connections and memory';
export const connectionRules: readonly Rule<DatabaseFacts>[] = [
  {
    name: 'max_connections',
    group,
    reads: 'pg_stat_activity, the table node, pool-size, web-workers',
    judge: connections,
  },
  { name: 'memory of all connections', group, reads: 'pg_settings, /proc/meminfo', judge: memory },
  { name: 'idle transactions', group, reads: 'pg_stat_activity', judge: idle },
  { name: 'clocks of the nodes', group, reads: 'the table node', judge: clocks },
];
