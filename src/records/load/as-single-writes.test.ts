import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { scale } from '../../../test/support/scale.ts';
import { UserError } from '../../errors/errors.ts';
import { compileAnalyzer } from '../../index/analysis/analyzer.ts';
import { controlField, controlValue, dataField, type Field, type MarcRecord } from '../../marc/record.ts';
import { decodeStored } from '../../marc/stored.ts';
import { marcXmlFoot, marcXmlHead, toMarcXml } from '../../marc/writers/marcxml.ts';
import { lineOf } from '../../marc/writers/text.ts';
import { defaultSite } from '../../site/default.ts';
import { indexDigest } from '../../site/digest.ts';
import type { Site } from '../../site/site.ts';
import { currentSite, currentSource } from '../../site/versions.ts';
import { incomingChecks, toldNothingHidden } from '../check-incoming.ts';
import { readRecord } from '../history.ts';
import type { WriteMode } from '../modes.ts';
import { rulesOf } from '../next-version.ts';
import { writeRecords } from '../write.ts';
import type { HiddenFields } from './hidden.ts';
import { load } from './load.ts';

/**
 * The same records become the same one by one and as a load, whatever rules say of them and
 * whichever are in one batch.
 */
const rules = `
checks:
  - {name: title, what: mandatory, paths: [245__a], then: refuse}
  - {name: odd, what: regexp, paths: [500__a], matches: '^[a-z]', then: hold}
  - {name: short, what: regexp, paths: [245__a], matches: '^.{1,5}$'}
  - {name: inside, what: regexp, paths: [595__a], matches: '^[a-z]', then: hold}
`;

let store: TestDatabase;
let site: Site;
const folder = mkdtempSync(join(tmpdir(), 'reperio-as-single-'));

before(async () => {
  store = await openTestDatabase();
  const { source } = await currentSource(store.database);
  const text = `${source}${rules}`;
  await store.database.query(sql`
    INSERT INTO site_version (number, source, digest, index_digest)
    SELECT coalesce(max(number), 0) + 1, ${text}, md5(${text}), ${indexDigest(defaultSite())} FROM site_version`);
  site = (await currentSite(store.database)).site;
});
after(async () => {
  await store.release();
  rmSync(folder, { recursive: true });
});

function field(tag: string, a: string): Field {
  return dataField(tag, ' ', ' ', [{ code: 'a', value: a }]);
}

/** The library that each list meets: records that keep to the rules, and some that do not. */
const standing: readonly MarcRecord[] = [
  { leader: '', fields: [field('035', '(X)1'), field('245', 'one'), field('595', 'inside')] },
  { leader: '', fields: [field('035', '(X)2'), field('500', 'Odd')] },
  { leader: '', fields: [field('035', '(X)3'), field('245', 'three'), field('500', 'note'), field('650', 'x')] },
];

/** From 0 up to below `below`; the same for a seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** `stamps`: the 005 of the first versions, by number. */
type Given = (stamps: readonly string[]) => MarcRecord;

function givenBy(random: (below: number) => number): Given {
  const pick = <T>(...all: readonly T[]): T => all[random(all.length)]!;
  const key = random(6);
  const named = random(4) === 0 && key < 3;
  const stamp = named && random(2) === 0;
  const deletes = random(12) === 0;
  const other = random(8) === 0 ? [field('035', `(X)${1 + random(6)}`)] : [];
  const alike = random(4) === 0 && key < 3;
  const content = alike
    ? standing[key]!.fields.filter(({ tag }) => tag !== '035')
    : [
        ...pick<readonly Field[]>([], [field('245', pick('one', 'three', 'a longer title'))]),
        ...pick<readonly Field[]>([], [], [field('500', pick('note', 'Odd', 'Odder'))]),
        ...pick<readonly Field[]>([], [], [field('595', pick('inside', 'Inside'))]),
        ...pick<readonly Field[]>([], [field('650', pick('x', 'y'))]),
      ];
  return (stamps) => ({
    leader: deletes ? '00000dam a2200000 a 4500' : '',
    fields: [
      ...(named ? [controlField('001', String(key + 1))] : []),
      ...(stamp ? [controlField('005', stamps[key]!)] : []),
      ...(named ? [] : [field('035', `(X)${key + 1}`)]),
      ...other,
      ...content,
    ],
  });
}

async function empty(): Promise<readonly string[]> {
  await store.database.query(sql`TRUNCATE record, revision, identifier, load_progress, delta, held`);
  await store.database.query(sql`UPDATE record_counter SET last_id = 0`);
  await store.database.query(sql`UPDATE manifest SET version = version + 1, segments = '{}'`);
  const analyzer = compileAnalyzer(site);
  await writeRecords(
    store.database,
    analyzer,
    standing.map((record) => ({ record, mode: 'insert', reason: 'test' })),
  );
  const stamps: string[] = [];
  for (let id = 1; id <= standing.length; id++)
    stamps.push(controlValue((await readRecord(store.database, id)).record, '005')!);
  // Somebody went on with the third, so that older versions of it have to be merged.
  const { record } = await readRecord(store.database, 3);
  await writeRecords(store.database, analyzer, [
    { record: { ...record, fields: [...record.fields, field('653', 'others')] }, mode: 'replace', reason: 'test' },
  ]);
  return stamps;
}

/** All that is kept, without times. */
async function kept(): Promise<unknown> {
  const text = (marc: string) =>
    decodeStored(marc)
      .fields.filter(({ tag }) => tag !== '005')
      .map(lineOf)
      .join('|');
  const records = await store.database.query<{ id: number; revision: number; deleted: boolean; marc: string }>(
    sql`SELECT id, revision, deleted, marc FROM record ORDER BY id`,
  );
  const held = await store.database.query<{ record: number; reason: string; findings: string[]; marc: string }>(
    sql`SELECT coalesce(record_id, 0) AS record, reason, findings, marc FROM held ORDER BY id`,
  );
  const keys = await store.database.query<{ key: string }>(
    sql`SELECT kind || ' ' || value || ' ' || record_id AS key FROM identifier ORDER BY 1`,
  );
  return {
    records: records.map(({ id, revision, deleted, marc }) => [id, revision, deleted, text(marc)].join(' ')),
    held: held.map(({ record, reason, findings, marc }) => [record, reason, ...findings, text(marc)].join(' ')).sort(),
    keys: keys.map(({ key }) => key),
  };
}

type Told = readonly [outcome: string, code: string];

async function oneByOne(mode: WriteMode, hidden: HiddenFields, records: readonly MarcRecord[]): Promise<Told[]> {
  const checks = incomingChecks(site, toldNothingHidden(hidden));
  const write = { mode, reason: 'test', rules: { ...rulesOf(site), hidden, always: false, checks } } as const;
  const told: Told[] = [];
  for (const record of records) {
    try {
      const [done] = await writeRecords(store.database, compileAnalyzer(site), [{ record, ...write }]);
      told.push([done!.action, done!.held?.reason ?? '']);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // A deletion of what is not there is passed over by a load.
      told.push(['refused', error.code]);
    }
  }
  return told;
}

async function asLoad(
  mode: WriteMode,
  hidden: HiddenFields,
  records: readonly MarcRecord[],
  size: number,
): Promise<Told[]> {
  const text = marcXmlHead + records.map((record) => toMarcXml(record, { indent: 0 })).join('') + marcXmlFoot;
  const bytes = (async function* () {
    yield Buffer.from(text);
  })();
  const told: Told[] = [];
  await load(
    { name: 'test.xml', bytes },
    {
      ...{ database: store.database, url: store.url, indexFolder: folder, mode, workers: 1, resume: 'never', hidden },
      ...{ batch: { records: size, bytes: 1e9 }, recordLimit: 1e6 },
      onOutcomes: (some) =>
        void told.push(
          ...some.map(
            ({ outcome, code = '' }): Told =>
              outcome === 'passed-over' ? ['refused', 'REPERIO_RECORD_UNKNOWN'] : [outcome, code],
          ),
        ),
    },
  );
  return told;
}

const treatments = ['keep', 'unseen', 'refuse', 'drop'] as const;

/** All treatments of hidden fields, or one for each mode where there is little time. */
function treatmentsOf(mode: WriteMode): readonly HiddenFields[] {
  return scale < 1 ? [treatments[modes.indexOf(mode) % treatments.length]!] : treatments;
}

const modes = ['insert', 'replace', 'insert-or-replace', 'correct', 'append', 'delete', 'hold'] as const;

for (const mode of modes)
  test(`a load decides as single writes do: ${mode}`, async () => {
    for (const hidden of treatmentsOf(mode)) {
      // SEED=n tries other lists.
      const seed = treatments.indexOf(hidden) + 17 * modes.indexOf(mode) + Number(process.env['SEED'] ?? 0);
      const random = randomOf(seed);
      const list = Array.from({ length: 24 }, () => givenBy(random));
      const outcome = async (write: (records: readonly MarcRecord[]) => Promise<Told[]>) => {
        const stamps = await empty();
        const records = list.map((one) => one(stamps));
        const told = await write(records);
        return { told: told.map((one, place) => [place, ...one]), kept: await kept() };
      };
      const alone = await outcome((records) => oneByOne(mode, hidden, records));
      for (const size of [100, 5])
        assert.deepEqual(
          await outcome((records) => asLoad(mode, hidden, records, size)),
          alone,
          `hidden fields: ${hidden}, ${size} in a batch`,
        );
    }
  });
