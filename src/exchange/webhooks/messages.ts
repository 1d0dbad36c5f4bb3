/**
 * What a webhook is told of what happened: never more than its owner may see at this moment, and
 * nothing of what is in a record. Who may fetch the record finds the rest at its address.
 */
import sql from 'sql-template-tag';
import { mayEditVersion } from '../../access/may-edit.ts';
import { openView } from '../../access/open-view.ts';
import { changesEverything } from '../../access/write-guard.ts';
import { indexVersion, type RecordVersion } from '../../index/entry.ts';
import { SnapshotBuilder } from '../../index/live.ts';
import { createInverter } from '../../index/segment/inverter.ts';
import { memorySegment } from '../../index/segment/open.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import { decodeVersion, type StoredVersion } from '../../index/stored-records.ts';
import { decodeStored } from '../../marc/stored.ts';
import { may, type Person } from '../../people/person.ts';
import { analyzerOf } from '../../search/search.ts';
import type { Site } from '../../site/site.ts';
import type { Queryable } from '../../store/database.ts';
import type { Happening } from './happenings.ts';
import type { EventType } from './webhook.ts';

export interface Message {
  /** The same however often it is told, and to whom. */
  readonly id: string;
  readonly type: EventType | 'webhook.test';
  /** Messages of one subject are sent one after the other. */
  readonly subject: string;
  readonly happened: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface MessageContext {
  readonly database: Queryable;
  readonly site: Site;
  readonly timeline: number;
  /** Without a slash at its end; undefined: addresses are paths. */
  readonly baseUrl: string | undefined;
}

/** In the order of what happened; what nobody may be told of is left out. */
export async function messagesOf(
  happenings: readonly Happening[],
  person: Person,
  context: MessageContext,
): Promise<readonly Message[]> {
  const jobs = await jobsOf(happenings, context.database);
  const held = await heldOf(happenings, context.database);
  const heldFor = [...held.values()].flatMap(({ record }) => record ?? []);
  const seen = await whatIsSeen(happenings, heldFor, person, context);
  const messages: Message[] = [];
  for (const one of happenings) {
    const told = { record: recordTold, merge: mergeTold, job: jobTold, held: heldTold }[one.kind](one);
    if (told === undefined) continue;
    messages.push({ id: `evt_${context.timeline}_${one.seq}_${one.index}`, happened: one.at, ...told });
  }
  return messages;

  type Told = Pick<Message, 'type' | 'subject' | 'data'> | undefined;

  function addressOf(path: string): string {
    return `${context.baseUrl ?? ''}${path}`;
  }

  /** By what the person could see before and can see after it, if they can see it still. */
  function recordTold({ id, revision, before }: Happening): Told {
    const was = seen(id, before);
    const is = seen(id, revision);
    if (!was && !is) return undefined;
    const subject = `record ${id}`;
    if (!is) return { type: 'record.deleted', subject, data: { record: id, url: addressOf(`/record/${id}`) } };
    if (!seen(id, 'newest')) return undefined;
    const data = { record: id, revision, url: addressOf(`/record/${id}`) };
    return { type: was ? 'record.updated' : 'record.created', subject, data };
  }

  function mergeTold({ id, details }: Happening): Told {
    const into = Number(details['into']);
    if (!seen(into, 'newest') || !seen(id, Number(details['before']))) return undefined;
    const data = { record: id, into, url: addressOf(`/record/${into}`) };
    return { type: 'record.merged', subject: `record ${id}`, data };
  }

  function jobTold({ id, details }: Happening): Told {
    const job = jobs.get(id);
    const isTheirs = job?.person != null && job.person === person.name;
    if (job === undefined || !(isTheirs || may(context.site, person, 'cfgbibsched'))) return undefined;
    const type = `job.${String(details['state'])}` as EventType;
    return { type, subject: `job ${id}`, data: { job: id, kind: job.kind, url: addressOf(`/jobs/${id}`) } };
  }

  function heldTold({ id, details }: Happening): Told {
    const entry = held.get(id);
    if (entry === undefined || !decides(entry)) return undefined;
    const record = entry.record === null ? {} : { record: entry.record };
    const data = { held: id, ...record, url: addressOf(`/held/${id}`) };
    return { type: `held.${String(details['state'])}` as EventType, subject: `held ${id}`, data };
  }

  /** May they decide of it? */
  function decides({ record, marc }: HeldRow): boolean {
    const base = emptyView(context.site);
    if (changesEverything(person, base)) return true;
    if (record !== null && !seen(record, 'newest')) return false;
    const now = new Date();
    const version = { id: record ?? 0, revision: 1, deleted: false, created: now, modified: now };
    return mayEditVersion(person, base, { ...version, record: decodeStored(marc) });
  }
}

type Seeing = (id: number, revision: number | 'newest') => boolean;

/** Which versions of records the person may see, by the rights of now. */
async function whatIsSeen(
  happenings: readonly Happening[],
  more: readonly number[],
  person: Person,
  { database, site }: MessageContext,
): Promise<Seeing> {
  const wanted = new Map<string, readonly [id: number, revision: number]>();
  const want = (id: number, revision: number): void => {
    if (revision > 0) wanted.set(`${id} ${revision}`, [id, revision]);
  };
  const numbers = new Set<number>(more);
  for (const { kind, id, revision, before, details } of happenings) {
    if (kind === 'record') {
      numbers.add(id);
      want(id, revision);
      want(id, before);
    } else if (kind === 'merge') {
      numbers.add(Number(details['into']));
      want(id, Number(details['before']));
    }
  }
  const seen = new Map<string, boolean>();
  const newest = new Map<number, number>();
  if (numbers.size + wanted.size === 0) return () => false;
  const note = (versions: readonly RecordVersion[]): void => {
    // One version of a record at a time: a view has no two of one.
    for (let rest = versions; rest.length > 0; ) {
      const now = new Map(rest.map((version) => [version.id, version]));
      const see = openView(person, viewOf(site, [...now.values()]));
      for (const { id, revision, deleted } of now.values())
        seen.set(`${id} ${revision}`, !deleted && see(id)?.open === true);
      rest = rest.filter((version) => now.get(version.id) !== version);
    }
  };
  const current = await database.query<StoredVersion>(sql`
    SELECT id, revision, deleted, created, modified, marc FROM record WHERE id = ANY (${[...numbers]}::integer[])`);
  for (const { id, revision } of current) newest.set(id, revision);
  note(current.map(decodeVersion));
  const pairs = [...wanted.values()].filter(([id, revision]) => newest.get(id) !== revision);
  const earlier = await database.query<StoredVersion>(sql`
    SELECT old.record_id AS id, old.revision, old.deleted, old.modified AS created, old.modified, old.marc
    FROM unnest(${pairs.map(([id]) => id)}::integer[], ${pairs.map(([, revision]) => revision)}::integer[]) AS wanted (id, revision)
    JOIN revision AS old ON old.record_id = wanted.id AND old.revision = wanted.revision
    UNION ALL SELECT id, record.revision, deleted, created, modified, marc
    FROM unnest(${pairs.map(([id]) => id)}::integer[], ${pairs.map(([, revision]) => revision)}::integer[]) AS wanted (number, version)
    JOIN record ON record.id = wanted.number AND record.revision = wanted.version`);
  note(earlier.map(decodeVersion));
  return (id, revision) => seen.get(`${id} ${revision === 'newest' ? newest.get(id) : revision}`) === true;
}

/** A library of these versions alone. */
function viewOf(site: Site, versions: readonly RecordVersion[]): IndexSnapshot {
  const analyzer = analyzerOf(site);
  const inverter = createInverter(analyzer.versions);
  for (const version of versions.toSorted((a, b) => a.id - b.id)) indexVersion(version, analyzer, inverter);
  const segments = versions.length === 0 ? [] : [memorySegment(inverter.finish())];
  return new SnapshotBuilder().build({ version: '', site, siteVersion: 0, segments });
}

function emptyView(site: Site): IndexSnapshot {
  return { version: '', site, siteVersion: 0, segments: [], records: 0 };
}

interface JobRow {
  readonly id: number;
  readonly kind: string;
  readonly person: string | null;
}

async function jobsOf(happenings: readonly Happening[], database: Queryable): Promise<ReadonlyMap<number, JobRow>> {
  const ids = happenings.filter(({ kind }) => kind === 'job').map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const rows = await database.query<JobRow>(sql`SELECT id, kind, person FROM job WHERE id = ANY (${ids}::integer[])`);
  return new Map(rows.map((row) => [row.id, row]));
}

interface HeldRow {
  readonly id: number;
  readonly record: number | null;
  readonly marc: string;
}

async function heldOf(happenings: readonly Happening[], database: Queryable): Promise<ReadonlyMap<number, HeldRow>> {
  const ids = happenings.filter(({ kind }) => kind === 'held').map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const rows = await database.query<HeldRow>(
    sql`SELECT id::float8 AS id, record_id AS record, marc FROM held WHERE id = ANY (${ids}::bigint[])`,
  );
  return new Map(rows.map((row) => [row.id, row]));
}
