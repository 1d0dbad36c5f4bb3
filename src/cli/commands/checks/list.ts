import { findingStates, type KeptFinding, listFindings } from '../../../cataloguing/checks/findings.ts';
import { countAll, rulesRan } from '../../../cataloguing/checks/run-checks.ts';
import { findingText } from '../../../checks/text.ts';
import { currentSite } from '../../../site/versions.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { recordNumber } from '../../read-version.ts';
import { type Column, tableLines, windowOf } from '../../terminal.ts';
import { withDatabase } from '../../with-database.ts';
import { requireRule } from './rule.ts';

const columns: readonly Column[] = [
  { head: 'RULE' },
  { head: 'WHAT' },
  { head: 'ON' },
  { head: 'THEN' },
  { head: 'FIX' },
  { head: 'OPEN', right: true },
  { head: 'ACCEPTED', right: true },
  { head: 'IGNORED', right: true },
];

export const list = defineSubcommand({
  summary: 'List the rules of the site file, and how much each has found.',
  examples: [{ command: 'checks list', doc: 'In the order of the site file.' }],
  arguments: {},
  options: { ...jsonOption },
  run: async ({ settings, options, environment, stdout, print, printJson }) => {
    const { rules, counts, ran } = await withDatabase(settings(), async (database) => ({
      rules: (await currentSite(database)).site.checks,
      counts: await countAll(database),
      ran: await rulesRan(database),
    }));
    const count = (rule: string, state: string): number =>
      counts.find((one) => one.rule === rule && one.state === state)?.count ?? 0;
    if (options.json)
      return printJson(
        rules.map(({ check, says: _, ...rule }) => ({
          ...rule,
          ...{ what: check.kind, ran: ran.get(rule.name) },
          ...Object.fromEntries(findingStates.map((state) => [state, count(rule.name, state)])),
        })),
      );
    if (rules.length === 0) return print('The site file has no rules: "checks:" in it lists them.');
    const cells = rules.map(({ name, check, on, then, fix }) => [
      ...[name, check.kind, on.join(' '), then, fix],
      ...findingStates.map((state) => String(count(name, state))),
    ]);
    for (const line of tableLines(columns, cells, windowOf(stdout, environment))) print(line);
  },
});

export const findings = defineSubcommand({
  summary: 'Show what the rules have found, by record.',
  examples: [
    { command: 'checks findings doi-form', doc: 'What one rule found and nobody has decided of.' },
    { command: 'checks findings --record 12 --state ignored', doc: 'What was ignored in one record.' },
  ],
  arguments: { rule: { doc: 'Name of a rule; all if none is given.', optional: true } },
  options: {
    state: { type: 'text', value: 'STATE', doc: 'Default open.', choices: findingStates },
    record: { type: 'text', value: 'N', doc: 'Only in this record.' },
    limit: { type: 'number', value: 'N', minimum: 1, maximum: 1_000_000, doc: 'How many; default 100.' },
    ...jsonOption,
  },
  run: async ({ arguments: { rule }, settings, options, print, printJson }) => {
    const state = findingStates.find((one) => one === options.state) ?? 'open';
    const record = options.record === undefined ? undefined : recordNumber(options.record);
    const found = await withDatabase(settings(), async (database) => {
      if (rule !== undefined) requireRule((await currentSite(database)).site, rule);
      return await listFindings(database, { rule, state, record, limit: options.limit ?? 100 });
    });
    if (options.json) return printJson(found);
    if (found.length === 0) return print('Nothing was found.');
    for (const one of found) print(lineOf(one));
  },
});

function lineOf(one: KeptFinding): string {
  const fix = one.fixable ? ', can be fixed' : '';
  return `${one.id}  record ${one.record}  ${one.rule}: ${findingText(one)}${fix}`;
}
