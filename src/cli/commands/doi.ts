import { whereToSet } from '../../config/where-to-set.ts';
import { UserError } from '../../errors/errors.ts';
import { grouped } from '../../errors/grouped.ts';
import { dataCiteClient } from '../../exchange/doi/client.ts';
import { doiErrors } from '../../exchange/doi/errors.ts';
import { reserveDoi, reserveLost } from '../../exchange/doi/reserve.ts';
import { countDois, listDois, sendAgain } from '../../exchange/doi/store.ts';
import { enqueueDois, whatIsMissing } from '../../library/doi-job.ts';
import { inTransaction } from '../../records/write.ts';
import { analyzerOf } from '../../search/search.ts';
import { doiOfScope, doiScope } from '../../site/doi-pattern.ts';
import type { Site } from '../../site/site.ts';
import { currentSite } from '../../site/versions.ts';
import type { Database } from '../../store/database.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';
import { recordNumber } from '../read-version.ts';
import { type Column, tableLines, windowOf } from '../terminal.ts';
import { waitForJobs } from '../wait-for-jobs.ts';
import { withDatabase } from '../with-database.ts';

const asOption = {
  as: { type: 'text', value: 'NAME', doc: 'Name of the cataloguer, for the history.' },
} as const;

/** Throws `notOffered`. */
async function offered(database: Database): Promise<Site> {
  const { site } = await currentSite(database);
  if (site.dois === undefined) throw new UserError(doiErrors.notOffered);
  return site;
}

const columns: readonly Column[] = [
  { head: 'DOI' },
  { head: 'RECORD', right: true },
  { head: 'STATE' },
  { head: 'WANTED' },
  { head: 'PROBLEM' },
];

const list = defineSubcommand({
  summary: 'List the DOIs that the library has made, the newest first.',
  description:
    '`state` is what DataCite last told: reserved (it knows nothing of it), draft, registered (it works, and is found nowhere), findable. `wanted` is what it should be.',
  examples: [
    { command: 'doi list', doc: 'All of them.' },
    { command: 'doi list --problems', doc: 'Those that are not as they should be, and why.' },
    { command: 'doi list --json', doc: 'For programs.' },
  ],
  arguments: {},
  options: { problems: { type: 'flag', doc: 'Only those with a problem.' }, ...jsonOption },
  run: async ({ options, settings, environment, stdout, print, printJson }) => {
    const { rows, site } = await withDatabase(settings(), async (database) => ({
      rows: await listDois(database, { problems: options.problems }),
      site: (await currentSite(database)).site,
    }));
    if (options.json) return printJson(rows);
    if (rows.length === 0)
      return print(
        site.dois === undefined
          ? `${doiErrors.notOffered.message} ${doiErrors.notOffered.hint}`
          : options.problems
            ? 'No DOI has a problem. `reperio doi check` looks at the settings and the account as well.'
            : 'The library has made no DOIs. `reperio doi reserve RECORD` makes one; `reperio doi check` says what is missing for that.',
      );
    const cells = rows.map(({ doi, record, state, wanted, problem }) => [
      doi,
      String(record),
      state,
      wanted,
      problem ?? '',
    ]);
    for (const line of tableLines(columns, cells, windowOf(stdout, environment))) print(line);
  },
});

const reserve = defineSubcommand({
  summary: 'Make a DOI for a record, and write it into the record.',
  description:
    'It may stand in a document before the record is published: DataCite is told of it when everybody may open the record. A record that has one keeps it.',
  examples: [
    { command: 'doi reserve 12 --as ada', doc: 'For record 12.' },
    {
      command: 'doi reserve 12 --doi 10.5072/2026.7',
      doc: 'After a restore: one that was made since the backup, and that no record has.',
    },
    { command: 'doi reserve 12 --json', doc: 'For programs.' },
  ],
  arguments: { record: { doc: 'Number of the record.' } },
  options: {
    ...asOption,
    doi: { type: 'text', value: 'DOI', doc: 'This one, which no record has since a restore.' },
    ...jsonOption,
  },
  run: async ({ arguments: { record }, options, settings, print, printJson }) => {
    const id = recordNumber(record);
    const done = await withDatabase(settings(), async (database) => {
      const site = await offered(database);
      return await inTransaction(database, async (transaction) => {
        const asked = { site, id, person: options.as };
        const reserved =
          options.doi === undefined
            ? await reserveDoi(transaction, analyzerOf(site), asked)
            : await reserveLost(transaction, analyzerOf(site), { ...asked, doi: options.doi });
        await enqueueDois(transaction, options.as);
        return reserved;
      });
    });
    if (options.json) return printJson({ record: id, doi: done.doi, new: done.isNew });
    print(done.isNew ? `Record ${id} has the DOI ${done.doi}.` : `Record ${id} had the DOI ${done.doi} already.`);
  },
});

const send = defineSubcommand({
  summary: 'Send what is due to DataCite now; a DOI that is named in any case.',
  description: `It is a job: \`reperio serve\` and \`reperio tasks work\` do it.
Exit status: 0 the job was accepted; with --wait as that of the job: 1 something is to be looked at, 2 it failed or was stopped.`,
  examples: [
    { command: 'doi send --wait', doc: 'What is due.' },
    { command: 'doi send 10.5072/2026.1', doc: 'This one again, whatever DataCite told of it.' },
  ],
  arguments: { doi: { doc: 'A DOI of this library.', optional: true } },
  options: {
    ...asOption,
    wait: { type: 'flag', doc: 'Wait for the end, and show how far it is.' },
    ...jsonOption,
  },
  failureStatus: 2,
  run: async ({ arguments: { doi }, options, settings, signal, stderr, print, printJson }) =>
    await withDatabase(settings(), async (database) => {
      await offered(database);
      if (doi !== undefined && !(await sendAgain(database, doi))) throw new UserError(doiErrors.unknown, { doi });
      const job = await database.transaction((transaction) => enqueueDois(transaction, options.as));
      if (options.json) printJson({ job });
      if (options.wait)
        return await waitForJobs(database, [job], { signal, stderr, print: options.json ? () => undefined : print });
      if (!options.json) print(`Job ${job}: DOIs. See it with \`reperio job show ${job}\`.`);
      return 0;
    }),
});

const check = defineSubcommand({
  summary: 'Check the site file, the settings, the account at DataCite, and all DOIs.',
  description: 'Exit status 1: something is not as it should be.',
  examples: [
    { command: 'doi check', doc: 'Before the first DOI, and whenever one is stuck.' },
    { command: 'doi check --json', doc: 'For programs.' },
  ],
  arguments: {},
  options: jsonOption,
  failureStatus: 2,
  run: async ({ options, settings, environment, signal, print, printJson }) => {
    const given = settings();
    const findings = await withDatabase(given, async (database) => {
      const site = await offered(database);
      const { dois } = site;
      const next = dois === undefined ? '' : doiOfScope(doiScope(dois, new Date().getUTCFullYear()), 1);
      const missing = whatIsMissing(given);
      const { dataciteUrl: url, dataciteUser: user = '', datacitePassword: password = '' } = given;
      const client = dataCiteClient({
        ...{ url, user, password, agent: 'Reperio', patience: 10_000 },
        signal: signal ?? new AbortController().signal,
      });
      const answer = missing === undefined ? await client.get(next) : undefined;
      const counts = await countDois(database);
      return [
        { ok: true, text: `DOIs are made as ${next}.` },
        { ok: missing === undefined, text: missing ?? 'The settings are there.' },
        ...(answer === undefined
          ? []
          : [{ ok: answer.kind !== 'refused', text: answer.kind === 'refused' ? answer.problem : `${url} answers.` }]),
        {
          ok: counts.problems === 0,
          text: `${grouped(counts.all)} DOIs: ${grouped(counts.findable)} findable, ${grouped(counts.registered)} registered, ${grouped(counts.draft)} draft, ${grouped(counts.reserved)} reserved; ${grouped(counts.problems)} with a problem.`,
        },
      ];
    });
    if (options.json) printJson(findings);
    else
      for (const { ok, text } of findings)
        print(`${ok ? 'ok     ' : 'problem'}  ${text}${ok ? '' : whereToSet(text, environment)}`);
    return findings.every(({ ok }) => ok) ? 0 : 1;
  },
});

export const command: CommandGroup = { commands: { list, reserve, send, check } };
