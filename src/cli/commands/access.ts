import { isIP } from 'node:net';
import { UserError } from '../../errors/errors.ts';
import { nearest } from '../../errors/nearest.ts';
import { accessErrors } from '../../people/errors.ts';
import { type Explanation, explain, grantText, membershipText } from '../../people/explain.ts';
import { requireAccount } from '../../people/people.ts';
import type { On } from '../../people/person.ts';
import { allRoles, readPeopleRoles } from '../../people/roles.ts';
import { type Action, grantProblem } from '../../site/actions.ts';
import { currentSite } from '../../site/versions.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { withDatabase } from '../with-database.ts';

const why = defineSubcommand({
  summary: 'Say whether somebody may do something, and what decided it.',
  description: `Actions and their arguments are those of roles, see docs/access.md. The answer is that of the running server; rules about addresses and
dates are asked with --address and --at. Exit status: 0 yes, 3 no.`,
  examples: [
    { command: 'access why jekyll viewrestrcoll collection=Theses', doc: 'The role and the grant that decided.' },
    {
      command: 'access why guest viewrestrcoll collection=Theses --address 192.0.2.7',
      doc: 'Somebody who is not signed in.',
    },
  ],
  arguments: {
    person: { doc: 'Name of a person, or guest.' },
    action: { doc: 'As viewrestrcoll, viewhiddenpaths, cfgwebaccess.' },
    on: { doc: 'Arguments of the action, as collection=Theses.', optional: true, many: true },
  },
  options: {
    address: { type: 'text', value: 'IP', doc: 'The network address they come from; 127.0.0.1 otherwise.' },
    at: { type: 'text', value: 'TIME', doc: 'When, as 2030-06-30 or 2030-06-30T12:00:00Z; now otherwise.' },
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
      checkAction(action, wanted);
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
  summary: 'List the roles, what they allow, and who is in them by rule.',
  examples: [{ command: 'access roles', doc: 'Those of the site file first.' }],
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
      print(`${name} (${origin === 'site' ? 'site file' : 'made by people'})`);
      for (const grant of may === 'everything' ? [may] : may) print(`  may ${grantText(grant)}`);
      for (const line of rulesText.split(/\r?\n/)) if (line.trim() !== '') print(`  rule ${line.trim()}`);
    }
  },
});

export const command: CommandGroup = { commands: { why, roles } };

function argumentsOf(words: readonly string[]): On {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new UserError(accessErrors.actionUnknown, { problem: `${word} is no KEY=VALUE`, nearest: '' });
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

function checkAction(action: string, on: On): asserts action is Action {
  const problem = grantProblem(action, on);
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
    problem: 'takes an IP address',
    command: 'access why',
  });
}

function timeOf(text: string | undefined): number {
  const time = text === undefined ? Date.now() : Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new UserError(cliErrors.wrongOption, {
    option: '--at',
    problem: 'takes a date or time',
    command: 'access why',
  });
}

function inWords(person: string, what: string, { allowed, by, memberships }: Explanation): readonly string[] {
  if (allowed && by !== undefined) {
    const { role } = by.membership;
    return [
      `yes: ${person} may ${what}.`,
      `  The role ${role.name} (${role.origin === 'site' ? 'site file' : 'made by people'}) allows ${grantText(by.grant.may)}.`,
      `  ${person} is in it ${membershipText(by.membership)}.`,
    ];
  }
  return [
    `no: ${person} may not ${what}.`,
    memberships.length === 0 ? `  ${person} is in no role.` : `  None of the roles ${person} is in allows it:`,
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
