import { actions } from './actions.ts';
import type { Grant, Role, SiteUser } from './site.ts';
import { suggest, type Value, type YamlReader } from './yaml-reader.ts';

export function readRoles(
  reader: YamlReader,
  value: Value | undefined,
  collections: ReadonlySet<string>,
): readonly Role[] {
  return reader.entries(value).map((entry) => {
    const { may } = reader.members(entry, ['may']);
    if (may === undefined)
      reader.report(entry.line, `The role ${entry.key} needs "may": everything, or a list of actions.`);
    const word = reader.isText(may) ? reader.choice(may, ['everything']) : undefined;
    if (word !== undefined) return { name: entry.key, may: word };
    return {
      name: entry.key,
      may: reader.isText(may) ? [] : reader.items(may).flatMap((item) => readGrant(reader, item, collections)),
    };
  });
}

function readGrant(reader: YamlReader, item: Value, collections: ReadonlySet<string>): readonly Grant[] {
  const { action: name, ...rest } = reader.dictionary(item);
  if (name === undefined) {
    reader.report(item.line, `${item.name} needs an action.`);
    return [];
  }
  const known = actions[name];
  if (known === undefined) {
    reader.report(item.line, `${item.name}: there is no action '${name}'.${suggest(name, Object.keys(actions))}`);
    return [];
  }
  for (const key of Object.keys(rest)) {
    if (!known.includes(key))
      reader.report(item.line, `${item.name}: the action ${name} takes no '${key}'.${suggest(key, known)}`);
  }
  const { collection } = rest;
  if (collection !== undefined && !collections.has(collection)) {
    reader.report(
      item.line,
      `${item.name}: there is no collection '${collection}'.${suggest(collection, collections)}`,
    );
  }
  return [{ action: name, arguments: rest }];
}

const address = /^[^\s@]+@[^\s@]+$/;

export function readUsers(reader: YamlReader, value: Value | undefined, roles: readonly Role[]): readonly SiteUser[] {
  const lines = new Map<string, number>();
  const roleNames = roles.map((role) => role.name);
  return reader.items(value).flatMap((item) => {
    const members = reader.members(item, ['name', 'email', 'password', 'roles', 'groups']);
    const name = reader.text(members.name ?? { ...item, node: null, name: `${item.name}.name` });
    if (name === undefined) return [];
    const before = lines.get(name);
    if (before !== undefined) reader.report(item.line, `The user '${name}' is there already, in line ${before}.`);
    else lines.set(name, item.line);
    const email = members.email === undefined ? '' : (reader.text(members.email) ?? '');
    if (!address.test(email))
      reader.report(members.email?.line ?? item.line, `The user '${name}' needs an email address.`);
    const given = reader.texts(members.roles);
    for (const { text, line } of given) {
      if (!roleNames.includes(text))
        reader.report(line, `The user '${name}' has an unknown role '${text}'.${suggest(text, roleNames)}`);
    }
    return [
      {
        name,
        email,
        password: members.password === undefined ? undefined : reader.text(members.password),
        roles: given.map(({ text }) => text),
        groups: reader.texts(members.groups).map(({ text }) => text),
      },
    ];
  });
}
