import { isIP } from 'node:net';
import { UserError } from '../../errors/errors.ts';
import { nearest } from '../../errors/nearest.ts';
import { accessErrors } from '../../people/errors.ts';
import { type Explanation, explain, grantText, membershipText } from '../../people/explain.ts';
import { requireAccount } from '../../people/people.ts';
import type { On } from '../../people/person.ts';
import { allRoles, readPeopleRoles } from '../../people/roles.ts';
import { type Action, grantProblem } from '../../site/actions.ts';
import type { Collection } from '../../site/site.ts';
import { currentSite } from '../../site/versions.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { withDatabase } from '../with-database.ts';

const why = defineSubcommand({
  summary: 'Show whether a person may do something, and which role decides it.',
  description: `Actions and their arguments are those of roles; see docs/access.md. The answer is the same as that of the running server; use --address and --at
for rules about addresses and dates. Exit status: 0 yes, 3 no.`,
  examples: [
    { command: 'access why jekyll viewrestrcoll collection=Theses', doc: 'Which role and permission decides.' },
    {
      command: 'access why guest viewrestrcoll collection=Theses --address 192.0.2.7',
      doc: 'A visitor who is not signed in.',
    },
  ],
  arguments: {
    person: { doc: 'Name of the person, or guest.' },
    action: { doc: 'For example viewrestrcoll, viewhiddenpaths, cfgwebaccess.' },
    on: { doc: 'Arguments of the action, for example collection=Theses.', optional: true, many: true },
  },
  options: {
    address: { type: 'text', value: 'IP', doc: 'The network address of the person; default 127.0.0.1.' },
    at: { type: 'text', value: 'TIME', doc: 'The time, for example 2030-06-30 or 2030-06-30T12:00:00Z; default now.' },
    ...jsonOption,
  },
  run: async ({ arguments: { person, action, on }, options, settings, print, printJson }) => {
    const wanted = argumentsOf(on);
    const visit = {
      address: addressOf(options.address ?? '127.0.0.1'),
      agent: undefined,
      referer: undefined,
      uri: undefined,
      now: timeOf(options.at),
    };
    const explanation = await withDatabase(settings(), async (database) => {
      const { site } = await currentSite(database);
      checkAction(action, wanted, collectionNames(site.collections));
      const account = person === 'guest' ? undefined : await requireAccount(database, person);
      return explain(site, await readPeopleRoles(database), account, visit, action, wanted);
    });
    if (options.json) printJson(asJson(explanation));
    else
      for (const line of inWords(person, grantText({ action: action as Action, arguments: wanted }), explanation))
        print(line);
    return explanation.allowed ? 0 : 3;
  },
});

const roles = defineSubcommand({
  summary: 'List the roles, what they allow, and their rules.',
  examples: [{ command: 'access roles', doc: 'Roles of the site file come first.' }],
  arguments: {},
  options: jsonOption,
  run: async ({ options, settings, print, printJson }) => {
    const list = await withDatabase(settings(), async (database) => {
      const { site } = await currentSite(database);
      return allRoles(site, await readPeopleRoles(database));
    });
    if (options.json)
      return printJson(list.map(({ name, origin, may, rulesText }) => ({ name, origin, may, rules: rulesText })));
    for (const { name, origin, may, rulesText } of list) {
      print(`${name} (${origin === 'site' ? 'from the site file' : 'created on the pages'})`);
      for (const grant of may === 'everything' ? [may] : may) print(`  may ${grantText(grant)}`);
      for (const line of rulesText.split(/\r?\n/)) if (line.trim() !== '') print(`  rule ${line.trim()}`);
    }
  },
});

export const command: CommandGroup = { alone: 'roles', commands: { why, roles } };

function argumentsOf(words: readonly string[]): On {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1)
        throw new UserError(accessErrors.actionUnknown, {
          problem: `${word} is not written as KEY=VALUE`,
          nearest: '',
        });
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

function collectionNames(collections: readonly Collection[]): ReadonlySet<string> {
  const below = (one: Collection): readonly string[] => [
    one.name,
    ...[...one.children, ...one.virtualChildren].flatMap(below),
  ];
  return new Set(collections.flatMap(below));
}

function checkAction(action: string, on: On, collections: ReadonlySet<string>): asserts action is Action {
  const problem = grantProblem(action, on, collections);
  if (problem === undefined) return;
  const near = nearest(problem.word, problem.among);
  throw new UserError(accessErrors.actionUnknown, {
    problem: problem.sentence,
    nearest: near === undefined ? '' : `Did you mean "${near}"? `,
  });
}

function addressOf(text: string): string {
  if (isIP(text) !== 0) return text;
  throw new UserError(cliErrors.wrongOption, {
    option: '--address',
    problem: 'needs an IP address',
    command: 'access why',
  });
}

function timeOf(text: string | undefined): number {
  const time = text === undefined ? Date.now() : Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new UserError(cliErrors.wrongOption, {
    option: '--at',
    problem: 'needs a date or time',
    command: 'access why',
  });
}

function inWords(person: string, what: string, { allowed, by, memberships }: Explanation): readonly string[] {
  if (allowed && by !== undefined) {
    const { role } = by.membership;
    return [
      `yes: ${person} may ${what}.`,
      `  The role ${role.name} (${role.origin === 'site' ? 'from the site file' : 'created on the pages'}) allows ${grantText(by.grant.may)}.`,
      `  ${person} has it ${membershipText(by.membership)}.`,
    ];
  }
  return [
    `no: ${person} may not ${what}.`,
    memberships.length === 0 ? `  ${person} has no role.` : `  None of the roles of ${person} allows it:`,
    ...memberships.map((one) => `  ${one.role.name}, ${membershipText(one)}`),
  ];
}

function asJson({ allowed, by, memberships }: Explanation): unknown {
  return {
    allowed,
    role: by?.grant.role ?? null,
    grant: by === undefined ? null : grantText(by.grant.may),
    how: by === undefined ? null : membershipText(by.membership),
    roles: memberships.map((one) => ({ role: one.role.name, how: membershipText(one) })),
  };
}
