import { suggest, type Value, type YamlReader } from '../yaml/yaml-reader.ts';
import { grantProblem, isAction } from './actions.ts';
import { tidyEmail, tidyName } from './identity.ts';
import type { Grant, Role, SiteUser } from './site.ts';

/** Rules as they stand in the file; what they mean is known above this room. */
export interface WrittenRules {
  readonly role: string;
  readonly text: string;
  readonly line: number;
}

/**
 * Every library has it, so that the first administrator can be made; a file may say otherwise of
 * it.
 */
const superadmin: Role = { name: 'superadmin', may: 'everything', rules: '' };

/** The roles of the file, and `superadmin`. */
export function readRoles(
  reader: YamlReader,
  value: Value | undefined,
  collections: ReadonlySet<string>,
  rules: WrittenRules[],
): readonly Role[] {
  const seen = new Set<string>();
  const roles = reader.entries(value).map((entry) => {
    const name = tidyName(entry.key);
    if (seen.has(name)) reader.report(entry.line, `There is already a role '${name}'.`);
    seen.add(name);
    const members = reader.members(entry, ['may', 'rules']);
    const { may } = members;
    if (may === undefined)
      reader.report(entry.line, `The role ${entry.key} needs "may": everything, or a list of actions.`);
    const word = reader.isText(may) ? reader.choice(may, ['everything']) : undefined;
    const text = members.rules === undefined ? '' : (reader.text(members.rules) ?? '');
    if (members.rules !== undefined) rules.push({ role: name, text, line: members.rules.line });
    return {
      name,
      may:
        word ?? (reader.isText(may) ? [] : reader.items(may).flatMap((item) => readGrant(reader, item, collections))),
      rules: text,
    };
  });
  return roles.some(({ name }) => name === superadmin.name) ? roles : [...roles, superadmin];
}

function readGrant(reader: YamlReader, item: Value, collections: ReadonlySet<string>): readonly Grant[] {
  // An action that is narrowed by nothing may stand by its name alone.
  const alone = reader.isText(item) ? reader.text(item) : undefined;
  const { action: name, ...rest } = alone === undefined ? reader.dictionary(item) : { action: alone };
  if (name === undefined) {
    reader.report(item.line, `${item.name} needs an action.`);
    return [];
  }
  const problem = grantProblem(name, rest, collections);
  if (problem !== undefined) {
    const { sentence, word, among } = problem;
    reader.report(item.line, `${item.name}: ${sentence}.${suggest(word, among)}`);
  }
  if (!isAction(name)) return [];
  return [{ action: name, arguments: rest }];
}

const address = /^[^\s@]+@[^\s@]+$/;

export function readUsers(reader: YamlReader, value: Value | undefined, roles: readonly Role[]): readonly SiteUser[] {
  const lines = new Map<string, number>();
  const roleNames = roles.map((role) => role.name);
  return reader.items(value).flatMap((item) => {
    const members = reader.members(item, ['name', 'email', 'password', 'roles', 'groups']);
    const written = reader.text(members.name ?? { ...item, node: null, name: `${item.name}.name` });
    if (written === undefined) return [];
    const name = tidyName(written);
    const before = lines.get(name);
    if (before !== undefined) reader.report(item.line, `There is already a user '${name}', in line ${before}.`);
    else lines.set(name, item.line);
    const email = tidyEmail(members.email === undefined ? '' : (reader.text(members.email) ?? ''));
    if (!address.test(email))
      reader.report(members.email?.line ?? item.line, `The user '${name}' needs an e-mail address.`);
    const given = reader.texts(members.roles).map(({ text, line }) => ({ text: tidyName(text), line }));
    for (const { text, line } of given) {
      if (!roleNames.includes(text))
        reader.report(line, `The user '${name}' has an unknown role '${text}'.${suggest(text, roleNames)}`);
    }
    return [
      {
        name,
        email,
        // An empty one would let anybody in.
        password: members.password === undefined ? undefined : reader.text(members.password) || undefined,
        roles: given.map(({ text }) => text),
        groups: reader.texts(members.groups).map(({ text }) => tidyName(text)),
      },
    ];
  });
}
