import { type Entry, suggest, type Value, type YamlReader } from '../../yaml/yaml-reader.ts';
import { type Host, type Role, roles } from './topology.ts';
import { readAddress, readForm, readNumber } from './values.ts';

export function readHosts(reader: YamlReader, value: Value | undefined): readonly Host[] {
  return reader.entries(value).map((entry) => readHost(reader, entry));
}

function readHost(reader: YamlReader, entry: Entry): Host {
  // A name becomes that of an etcd member, of a server of HAProxy, and a folder.
  if (!/^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$/.test(entry.key))
    reader.report(entry.line, `'${entry.key}' cannot name a host: use lower-case letters, digits and -.`);
  const members = reader.members(entry, ['address', 'roles', 'interface', 'cores', 'memory', 'workers']);
  if (members.address === undefined) reader.report(entry.line, `${entry.name} has no address.`);
  const found = readRoles(reader, members.roles);
  if (members.roles === undefined || (found.length === 0 && reader.texts(members.roles).length === 0))
    reader.report(entry.line, `${entry.name} has no roles: ${roles.join(', ')}.`);
  if (members.workers !== undefined && !found.includes('web'))
    reader.report(members.workers.line, `${members.workers.name} is for hosts with the role web.`);
  return {
    name: entry.key,
    address: readAddress(reader, members.address),
    roles: found,
    interface: readForm(reader, members.interface, /^[a-zA-Z0-9_.-]{1,15}$/, 'the name of an interface', 'eth0'),
    cores: readNumber(reader, members.cores, { minimum: 1, maximum: 1024 }),
    memory: readNumber(reader, members.memory, { minimum: 2 ** 26, maximum: 2 ** 46, type: 'bytes' }),
    workers: readNumber(reader, members.workers, { minimum: 1, maximum: 64 }),
  };
}

function readRoles(reader: YamlReader, value: Value | undefined): readonly Role[] {
  const found = reader.texts(value).flatMap(({ text, line }) => {
    const known = roles.find((role) => role === text);
    if (known !== undefined) return [known];
    reader.report(line, `${value?.name}: '${text}' is not one of ${roles.join(', ')}.${suggest(text, roles)}`);
    return [];
  });
  if (new Set(found).size < found.length) reader.report(value?.line ?? 1, `${value?.name}: a role is given twice.`);
  return found;
}
