import type { Value, YamlReader } from '../yaml/yaml-reader.ts';
import { readNames } from './parse-names.ts';
import type { SignInProvider } from './site.ts';

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Where people can sign in beside here, by a code that stands in addresses. */
export function readSignIn(reader: YamlReader, value: Value | undefined): readonly SignInProvider[] {
  return reader.entries(value).map((entry) => {
    if (!/^[a-z][a-z0-9-]{0,30}$/.test(entry.key))
      reader.report(entry.line, `'${entry.key}' cannot name a provider: use lower-case letters, digits and -.`);
    const members = reader.members(entry, ['names', 'issuer', 'client', 'scopes']);
    const issuer = members.issuer === undefined ? '' : (reader.text(members.issuer) ?? '');
    const client = members.client === undefined ? '' : (reader.text(members.client) ?? '');
    if (members.issuer === undefined || members.client === undefined)
      reader.report(entry.line, `${entry.name} needs an issuer and a client, as the provider gave them.`);
    else if (!isIssuer(issuer))
      reader.report(members.issuer.line, `${members.issuer.name}: '${issuer}' is not an https address.`);
    const scopes = reader.texts(members.scopes).map(({ text }) => text);
    return {
      code: entry.key,
      names: readNames(reader, members.names),
      issuer,
      client,
      scopes: scopes.length === 0 ? ['openid', 'email', 'profile'] : [...new Set(['openid', ...scopes])],
    };
  });
}

/**
 * What comes from a provider decides who somebody is, so it comes encrypted; or from this machine.
 */
function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && loopback.has(hostname));
}
