import { UserError } from '../../errors/errors.ts';
import type { Account } from '../../people/account.ts';
import { operator } from '../../people/audit.ts';
import { endOfDay } from '../../people/end-of-day.ts';
import {
  addPerson,
  giveRole,
  listPeople,
  requireAccount,
  setPassword,
  setState,
  takeRole,
} from '../../people/people.ts';
import { requireRole } from '../../people/require-role.ts';
import { readPeopleRoles } from '../../people/roles.ts';
import { sessionsOf } from '../../people/sessions.ts';
import { currentSite } from '../../site/versions.ts';
import type { Database } from '../../store/database.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { secretLine } from '../secret-line.ts';
import { type Column, tableLines, windowOf } from '../terminal.ts';
import { withDatabase, withNewDatabase } from '../with-database.ts';

const nameArgument = { name: { doc: 'Name of the person.' } } as const;
const passwordOption = {
  'password-stdin': {
    type: 'flag',
    doc: 'Read the password from the first line of standard input; a terminal asks for it.',
  },
} as const;

const add = defineSubcommand({
  summary: 'Add a person.',
  description: `Without a password the person cannot sign in until one is set. A password is never taken from the command line, where other users of
the machine could read it. The first administrator is added here, with a role that may do everything.`,
  examples: [
    {
      command: 'person add ada --email ada@library.example --role superadmin --password-stdin < secret.txt',
      doc: 'An administrator, who can sign in at once.',
    },
    { command: 'person add bob --email bob@library.example', doc: 'A person without a password.' },
  ],
  arguments: nameArgument,
  options: {
    email: { type: 'text', value: 'ADDRESS', doc: 'E-mail address; without one the person gets no e-mail.' },
    role: { type: 'list', value: 'ROLE', doc: 'Assign this role; may be given several times.' },
    ...passwordOption,
    ...jsonOption,
  },
  run: async ({ arguments: { name }, options, settings, stdin, stderr, signal, print, printJson }) => {
    const { email = '' } = options;
    const password = options['password-stdin'] ? await secretLine({ stdin, stderr, signal }) : undefined;
    const id = await withNewDatabase(settings(), async (database) => {
      for (const role of options.role) await checkRole(database, role);
      const person = { name, email, password, roles: options.role, state: 'active', origin: 'operator' } as const;
      return addPerson(database, operator, person);
    });
    if (options.json) return printJson({ id, name });
    print(`Added ${name} as person ${id}.`);
    if (password === undefined) print(`To set a password: reperio person password "${name}" --password-stdin`);
  },
});

const list = defineSubcommand({
  summary: 'List people by name.',
  examples: [{ command: 'person list --role superadmin', doc: 'Members of a role.' }],
  arguments: { text: { doc: 'A part of a name or address.', optional: true } },
  options: { role: { type: 'text', value: 'ROLE', doc: 'Only members of this role.' }, ...jsonOption },
  run: async ({ arguments: { text: part }, options, settings, environment, stdout, print, printJson }) => {
    const { people } = await withDatabase(settings(), (database) =>
      listPeople(database, { text: part ?? '', role: options.role, offset: 0, limit: 1_000_000 }),
    );
    if (options.json) return printJson(people.map(asJson));
    if (people.length === 0) return print('No people found.');
    for (const line of tableLines(personColumns, people.map(rowOf), windowOf(stdout, environment))) print(line);
  },
});

const show = defineSubcommand({
  summary: 'Show a person: address, roles, groups, sessions.',
  examples: [{ command: 'person show ada', doc: 'The account of ada.' }],
  arguments: nameArgument,
  options: jsonOption,
  run: async ({ arguments: { name }, options, settings, environment, stdout, print, printJson }) => {
    const { account, sessions } = await withDatabase(settings(), async (database) => {
      const found = await requireAccount(database, name);
      return { account: found, sessions: await sessionsOf(database, found.id) };
    });
    if (options.json) return printJson({ ...asJson(account), sessions });
    for (const line of tableLines(personColumns, [rowOf(account)], windowOf(stdout, environment))) print(line);
    print(`number     ${account.id}, created ${account.created.toISOString()} by ${account.origin}`);
    print(`password   ${account.hasPassword ? 'set' : 'not set'}`);
    for (const { role, expires } of account.memberships)
      print(`role       ${role}${expires === undefined ? '' : `, until ${new Date(expires).toISOString()}`}`);
    for (const group of account.groups) print(`group      ${group}`);
    for (const one of sessions)
      print(`session    ${one.number}, from ${one.address}, last seen ${one.lastSeen.toISOString()}`);
  },
});

const role = defineSubcommand({
  summary: 'Assign a role to a person, or remove it.',
  examples: [
    { command: 'person role ada superadmin', doc: 'Takes effect at once, without signing in again.' },
    { command: 'person role bob thesesviewer --until 2030-06-30', doc: 'Until the end of that day, UTC.' },
    { command: 'person role bob thesesviewer --remove', doc: 'Remove the role.' },
  ],
  arguments: { ...nameArgument, role: { doc: 'Name of the role.' } },
  options: {
    until: { type: 'text', value: 'YYYY-MM-DD', doc: 'The last day.' },
    remove: { type: 'flag', doc: 'Remove the role.' },
  },
  run: async ({ arguments: { name, role: wanted }, options, settings, print }) => {
    const expires = options.until === undefined ? undefined : untilOf(options.until);
    const said = await withDatabase(settings(), async (database) => {
      const account = await requireAccount(database, name);
      if (options.remove) {
        const taken = await takeRole(database, operator, account, wanted);
        return taken
          ? `${account.name} no longer has the role ${wanted}.`
          : `${account.name} did not have the role ${wanted}.`;
      }
      await checkRole(database, wanted);
      await giveRole(database, operator, account, wanted, expires);
      return `${account.name} has the role ${wanted}${expires === undefined ? '' : ` until ${expires.toISOString()}`}.`;
    });
    print(said);
  },
});

const password = defineSubcommand({
  summary: 'Set or remove the password of a person.',
  description: 'Ends all sessions of the person; links sent by e-mail and API tokens stop working.',
  examples: [{ command: 'person password ada --password-stdin < secret.txt', doc: 'The first line of the file.' }],
  arguments: nameArgument,
  options: { ...passwordOption, none: { type: 'flag', doc: 'Remove the password.' } },
  run: async ({ arguments: { name }, options, settings, stdin, stderr, signal, print }) => {
    if (options['password-stdin'] === options.none)
      throw new UserError(cliErrors.missingArgument, {
        command: 'person password',
        argument: 'either --password-stdin or --none',
      });
    const given = options.none ? undefined : await secretLine({ stdin, stderr, signal });
    await withDatabase(settings(), async (database) => {
      await setPassword(database, operator, await requireAccount(database, name), given);
    });
    const ended = 'All sessions have ended; links sent by e-mail and API tokens no longer work.';
    print(given === undefined ? `${name} now has no password. ${ended}` : `${name} has a new password. ${ended}`);
  },
});

const disable = defineSubcommand({
  summary: 'Close the account of a person, or open it again.',
  examples: [
    { command: 'person disable bob', doc: 'Signed out everywhere; links sent by e-mail and API tokens stop working.' },
    { command: 'person disable bob --undo', doc: 'Can sign in again; new tokens are needed.' },
  ],
  arguments: nameArgument,
  options: { undo: { type: 'flag', doc: 'Open the account again.' } },
  run: async ({ arguments: { name }, options, settings, print }) => {
    const account = await withDatabase(settings(), async (database) => {
      const found = await requireAccount(database, name);
      await setState(database, operator, found, options.undo ? 'active' : 'disabled');
      return found;
    });
    print(
      options.undo
        ? `${account.name} can sign in again.`
        : `${account.name} can no longer sign in and is signed out; links sent by e-mail and API tokens no longer work.`,
    );
  },
});

export const command: CommandGroup = { alone: 'list', commands: { add, list, show, role, password, disable } };

async function checkRole(database: Database, name: string): Promise<void> {
  const { site } = await currentSite(database);
  requireRole(site, await readPeopleRoles(database), name);
}

function untilOf(date: string): Date {
  const end = endOfDay(date);
  if (end !== undefined) return end;
  throw new UserError(cliErrors.wrongOption, {
    option: '--until',
    problem: 'needs a date such as 2030-06-30',
    command: 'person role',
  });
}

const personColumns: readonly Column[] = [{ head: 'NAME' }, { head: 'E-MAIL' }, { head: 'STATE' }, { head: 'ROLES' }];

function rowOf({ name, email, state, memberships }: Account): readonly string[] {
  return [name, email, state, memberships.map((one) => one.role).join(', ')];
}

function asJson({ id, name, email, state, origin, created, hasPassword, memberships, groups }: Account): object {
  const roles = memberships.map(({ role: inRole, expires }) => ({
    role: inRole,
    until: expires === undefined ? null : new Date(expires).toISOString(),
  }));
  return { id, name, email, state, origin, created, hasPassword, roles, groups };
}
