import sql from 'sql-template-tag';
import { grouped } from '../../errors/grouped.ts';
import type { KeptContent } from '../../files/content.ts';
import type { Queryable } from '../../store/database.ts';
import { isHeld } from '../../store/lease.ts';
import { ageText } from './age.ts';
import { type Found, foundIn, type GcContext, nothing } from './kind.ts';
import { removeContent } from './remove-content.ts';

/** Contents of a question to the database. */
const pageSize = 1_000;
/** Without being asked, no run removes more than one of so many. */
const share = 10;

/** What the store has, and what of it no file names. */
interface Survey {
  readonly kept: number;
  readonly unnamed: readonly KeptContent[];
}

/** Reads the list of the store once. `note` is given what of each page is unnamed. */
async function survey(
  { database, store, signal, advance }: GcContext,
  note: (page: readonly string[], unnamed: readonly string[]) => Promise<void>,
): Promise<Survey> {
  let kept = 0;
  const unnamed: KeptContent[] = [];
  let page: KeptContent[] = [];
  const end = async (): Promise<void> => {
    signal.throwIfAborted();
    const digests = page.map(({ digest }) => digest);
    const found = new Set(await unnamedOf(database, digests));
    unnamed.push(...page.filter(({ digest }) => found.has(digest)));
    await note(digests, [...found]);
    kept += page.length;
    advance(page.length);
    page = [];
  };
  for await (const content of store.list()) {
    page.push(content);
    if (page.length >= pageSize) await end();
  }
  if (page.length > 0) await end();
  return { kept, unnamed };
}

async function unnamedOf(database: Queryable, digests: readonly string[]): Promise<readonly string[]> {
  const rows = await database.query<{ digest: string }>(sql`
    SELECT given AS digest FROM unnest(${digests}::text[]) AS given
    WHERE NOT EXISTS (SELECT FROM file WHERE file.digest = decode(given, 'hex'))
      AND NOT EXISTS (SELECT FROM job_file WHERE job_file.digest = decode(given, 'hex'))`);
  return rows.map(({ digest }) => digest);
}

/**
 * Of those that are seen unnamed for the first time it writes down when, and forgets the others.
 */
async function remember(database: Queryable, page: readonly string[], unnamed: readonly string[]): Promise<void> {
  await database.query(sql`
    DELETE FROM orphan_content WHERE digest = ANY (ARRAY(
      SELECT decode(given, 'hex') FROM unnest(${page}::text[]) AS given WHERE given <> ALL (${unnamed}::text[])))`);
  if (unnamed.length === 0) return;
  await database.query(sql`
    INSERT INTO orphan_content AS o (digest, timeline)
    SELECT decode(given, 'hex'), timeline FROM unnest(${unnamed}::text[]) AS given, library
    ON CONFLICT (digest) DO UPDATE SET seen = now(), timeline = excluded.timeline WHERE o.timeline <> excluded.timeline`);
}

/** What is no longer in the store at all. */
async function forgetMissing(database: Queryable, unnamed: readonly KeptContent[]): Promise<void> {
  const digests = unnamed.map(({ digest }) => digest);
  await database.query(sql`
    DELETE FROM orphan_content AS o
    WHERE NOT EXISTS (SELECT FROM unnest(${digests}::text[]) AS given WHERE decode(given, 'hex') = o.digest)`);
}

/**
 * Of these what was unnamed at every look for the whole age, by the clock of the database, and has
 * been in the store for as long, by that clock and by ours.
 */
async function ripe(context: GcContext, unnamed: readonly KeptContent[], age: number): Promise<readonly KeptContent[]> {
  const rows = await context.database.query<{ digest: string; now: number }>(sql`
    SELECT encode(digest, 'hex') AS digest, (extract(epoch FROM now()) * 1000)::float8 AS now
    FROM orphan_content JOIN library USING (timeline) WHERE seen <= now() - make_interval(secs => ${age / 1000}::float8)`);
  const seen = new Set(rows.map(({ digest }) => digest));
  const now = Math.min(context.now(), rows[0]?.now ?? 0);
  return unnamed.filter(({ digest, modified }) => seen.has(digest) && now - modified.getTime() >= age);
}

export async function lookAtContents(context: GcContext, age: number): Promise<Found> {
  const { kept, unnamed } = await survey(context, async () => undefined);
  const found = await ripe(context, unnamed, age);
  const notes = [
    (await isHeld(context.database, 'backup')) ? 'A backup is running: until its end none goes.' : undefined,
    await nodeWithoutLocks(context.database),
    tooMany(found.length, kept) ? `That is more than a tenth of all ${grouped(kept)}: it needs --yes.` : undefined,
    waiting(unnamed.length - found.length, age),
  ];
  return withNotes(total(found), notes);
}

/**
 * A node of a release before 0.2, which adds files without a lock of their bytes: nothing must be
 * removed beside it. Commands of such a release tell nobody of themselves.
 */
async function nodeWithoutLocks(database: Queryable): Promise<string | undefined> {
  const [found] = await database.query<{ name: string; version: string }>(sql`
    SELECT summary->>'name' AS name, summary->>'version' AS version FROM node
    WHERE seen > now() - interval '2 minutes' AND summary->>'version' ~ '^0\\.[01]\\.' LIMIT 1`);
  return (
    found &&
    `The node ${found.name} runs release ${found.version}, which adds files without a lock: until it is upgraded none goes.`
  );
}

/** First a look, which is remembered; then what is ripe goes, one after the other. */
export async function removeContents(context: GcContext, age: number, anyway: boolean): Promise<Found> {
  const { database, store, signal, advance } = context;
  const { kept, unnamed } = await survey(context, (page, found) => remember(database, page, found));
  await forgetMissing(database, unnamed);
  const found = await ripe(context, unnamed, age);
  const wait = waiting(unnamed.length - found.length, age);
  if (tooMany(found.length, kept) && !anyway) {
    const problem = `${grouped(found.length)} of ${grouped(kept)} contents are named by no file, more than a tenth, so none was removed. Check that the database is the right one; then run \`reperio gc documents --yes\`.`;
    return { ...withNotes(nothing, [wait]), problem };
  }
  const older = found.length > 0 ? await nodeWithoutLocks(database) : undefined;
  if (older !== undefined) return withNotes(nothing, [older, wait]);
  const removed: KeptContent[] = [];
  const left = { busy: 0, named: 0 };
  const problems: string[] = [];
  for (const content of found) {
    signal.throwIfAborted();
    try {
      const outcome = await removeContent(database, store, content.digest);
      if (outcome === 'backup')
        return withNotes(total(removed), ['A backup is running: until its end none goes.', wait]);
      if (outcome === 'removed') removed.push(content);
      else left[outcome]++;
      advance(1);
    } catch (error) {
      problems.push((error as Error).message);
      // When the store is away it is for all.
      if (problems.length >= mostProblems) break;
    }
  }
  const [first] = problems;
  const named =
    left.busy + left.named > 0 ? `${left.busy + left.named} are being added just now, and stay.` : undefined;
  const answer = withNotes(total(removed), [named, wait]);
  return first === undefined ? answer : { ...answer, problem: `Contents could not be removed: ${first}` };
}

const mostProblems = 10;

function tooMany(found: number, kept: number): boolean {
  return found * share > kept;
}

function waiting(count: number, age: number): string | undefined {
  if (count === 0) return undefined;
  const [are, they] = count === 1 ? ['is', 'goes'] : ['are', 'go'];
  return `${grouped(count)} more ${are} named by no file, and ${they} when that has been so at every look for ${ageText(age)}.`;
}

function total(contents: readonly KeptContent[]): Found {
  return foundIn(contents.map(({ bytes, modified }) => ({ bytes, at: modified })));
}

function withNotes(found: Found, notes: readonly (string | undefined)[]): Found {
  const note = notes.filter((one) => one !== undefined).join(' ');
  return note === '' ? found : { ...found, note };
}
