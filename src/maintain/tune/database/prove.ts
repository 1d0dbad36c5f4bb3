import { randomBytes } from 'node:crypto';
import sql, { raw } from 'sql-template-tag';
import type { Settings } from '../../../config/settings.ts';
import { UserError } from '../../../errors/errors.ts';
import { connect, type Database } from '../../../store/database.ts';
import { migrate } from '../../../store/migrate.ts';
import type { Assignment } from '../advice.ts';
import { tuneErrors } from '../errors.ts';
import { quoted } from './apply.ts';
import type { DatabaseFacts } from './facts.ts';
import { workload } from './workload.ts';

/** A part of the workload, as it was without and with the settings. Milliseconds. */
export interface Comparison {
  readonly part: string;
  readonly before: readonly number[];
  readonly after: readonly number[];
}

export interface Proof {
  readonly tried: readonly Assignment[];
  /** What cannot be tried in one session. */
  readonly left: readonly Assignment[];
  readonly comparisons: readonly Comparison[];
}

const prefix = 'reperio_prove_';
const usualPairs = 5;
const needs = 'a role that may create databases (ALTER ROLE ... CREATEDB)';

/** Settings that a session may have for itself. */
export function sessionSettings(
  { parameters, superuser }: DatabaseFacts,
  assignments: readonly Assignment[],
): Pick<Proof, 'tried' | 'left'> {
  const can = ({ name }: Assignment): boolean => {
    const context = parameters[name]?.context;
    return context === 'user' || (context === 'superuser' && superuser);
  };
  return { tried: assignments.filter(can), left: assignments.filter((one) => !can(one)) };
}

export interface ProveOptions {
  readonly signal?: AbortSignal;
  /** Rounds of each kind. */
  readonly pairs?: number;
}

/**
 * The same small workload with and without the settings, in turn (A/B/A/B ...), on a database of
 * its own on the same server. Throws `experimentFailed`.
 */
export async function proveDatabase(
  database: Database,
  settings: Settings,
  facts: DatabaseFacts,
  assignments: readonly Assignment[],
  { signal, pairs = usualPairs }: ProveOptions = {},
): Promise<Proof> {
  const { tried, left } = sessionSettings(facts, assignments);
  if (tried.length === 0) return { tried, left, comparisons: [] };
  await dropLeftOver(database);
  const name = `${prefix}${randomBytes(6).toString('hex')}`;
  try {
    await database.query(sql`CREATE DATABASE ${raw(name)}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(tuneErrors.experimentFailed, { reason, needs }, error);
  }
  const scratch = connect(inDatabase(database.url, name), { ...settings, poolSize: 1 });
  try {
    await migrate(scratch);
    return { tried, left, comparisons: await measure(scratch, tried, pairs, signal) };
  } finally {
    await scratch.close();
    await database.query(sql`DROP DATABASE ${raw(name)} WITH (FORCE)`);
  }
}

async function measure(
  scratch: Database,
  tried: readonly Assignment[],
  pairs: number,
  signal: AbortSignal | undefined,
): Promise<readonly Comparison[]> {
  const times = new Map<string, { readonly before: number[]; readonly after: number[] }>();
  const round = async (kind: 'before' | 'after' | undefined): Promise<void> => {
    for (const { name, value } of tried)
      await scratch.query(sql`${raw(kind === 'after' ? `SET ${name} = ${quoted(value)}` : `RESET ${name}`)}`);
    for (const [part, milliseconds] of await workload(scratch)) {
      const found = times.get(part) ?? { before: [], after: [] };
      times.set(part, found);
      if (kind !== undefined) found[kind].push(milliseconds);
    }
  };
  // Caches and files are there after one that does not count.
  await round(undefined);
  for (let pair = 0; pair < pairs; pair++)
    for (const kind of ['before', 'after'] as const) {
      signal?.throwIfAborted();
      await round(kind);
    }
  return [...times].map(([part, { before, after }]) => ({ part, before, after }));
}

/** Of runs that were killed. */
async function dropLeftOver(database: Database): Promise<void> {
  const found = await database.query<{ name: string }>(sql`
    SELECT datname AS name FROM pg_database d WHERE datname LIKE ${`${prefix.replaceAll('_', '\\_')}%`}
      AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)`);
  for (const { name } of found) await database.query(sql`DROP DATABASE IF EXISTS ${raw(name)}`);
}

/** The address of another database of the same server. */
export function inDatabase(url: string, name: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/[^/?]*)(?:\/[^?]*)?/, `$1/${name}`);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Only when every round with the settings is on one side of every round without. */
export function verdict({ before, after }: Comparison): string {
  const [a, b] = [median(before), median(after)];
  if (Math.max(...after) < Math.min(...before)) return `${Math.round((1 - b / a) * 100)} % faster`;
  if (Math.min(...after) > Math.max(...before)) return `${Math.round((b / a - 1) * 100)} % slower`;
  return 'no difference seen';
}

export function proofLines({ tried, left, comparisons }: Proof): readonly string[] {
  const list = (some: readonly Assignment[]): string => some.map(({ name, value }) => `${name} = ${value}`).join(', ');
  const milliseconds = (values: readonly number[]): string => `${Math.round(median(values) * 10) / 10} ms`;
  return [
    ...(tried.length === 0 ? ['Nothing of the advice can be tried in one session.'] : [`Tried: ${list(tried)}`]),
    ...comparisons.map(
      (one) =>
        `  ${one.part.padEnd(26)} ${milliseconds(one.before).padStart(10)} -> ${milliseconds(one.after).padStart(10)}  ${verdict(one)}`,
    ),
    ...(comparisons.length === 0 ? [] : [`Medians of ${comparisons[0]!.before.length} rounds each, in turn.`]),
    ...(left.length === 0 ? [] : [`Not tried, since only the whole server can have it: ${list(left)}`]),
  ];
}
