import { UserError } from '../../errors/errors.ts';
import { sshErrors } from './errors.ts';

/** Where a connection leads. */
export interface SshTarget {
  /** As cluster.yaml names it, and as ~/.ssh/config may. */
  readonly name: string;
  /** Used unless ~/.ssh/config knows the name. */
  readonly address: string;
  /** Undefined: as ~/.ssh/config says. */
  readonly user: string | undefined;
  /** False: ~/.ssh/config does not know the name; found out when the connection is made. */
  readonly isKnown?: boolean;
}

/** As somebody types it after `ssh`. */
export function loginOf({ name, address, user, isKnown = true }: SshTarget): string {
  const where = isKnown ? name : address;
  return user === undefined ? where : `${user}@${where}`;
}

/** What placeholders of our errors stand for. */
export function valuesOf(target: SshTarget): {
  readonly host: string;
  readonly address: string;
  readonly login: string;
} {
  return { host: target.name, address: target.address, login: loginOf(target) };
}

const reasons: readonly (readonly [RegExp, string])[] = [
  [/Could not resolve hostname/, 'its name has no address'],
  [/Connection refused/, 'nothing listens there'],
  [/No route to host|Network is unreachable/, 'there is no way to it'],
  [/timed out/i, 'it does not answer'],
  [/Connection (?:closed|reset)|kex_exchange_identification|Broken pipe/, 'it closed the connection'],
];

/** Why no connection was made, by what ssh wrote to its error output. */
export function explainConnection(target: SshTarget, said: string): UserError {
  const values = valuesOf(target);
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(said)) return new UserError(sshErrors.hostKeyChanged, values);
  if (/Host key verification failed/.test(said)) return new UserError(sshErrors.hostKeyUnknown, values);
  const denied = /Permission denied \(([^)]*)\)|Too many authentication failures/.exec(said);
  if (denied !== null) {
    const ways = denied[1] === undefined ? 'too many keys were tried' : `it takes ${denied[1].replaceAll(',', ', ')}`;
    return new UserError(sshErrors.denied, { ...values, reason: ways });
  }
  return new UserError(sshErrors.unreachable, { ...values, reason: reasonIn(said) });
}

export function reasonIn(said: string): string {
  return reasons.find(([pattern]) => pattern.test(said))?.[1] ?? (lastLine(said) || 'ssh ended without a word');
}

export function lastLine(said: string): string {
  return said.trim().split('\n').at(-1)?.trim() ?? '';
}

/** What a program said last: the error of our own ones with its hint, or a line. */
export function lastWords(said: string): string {
  const error = /(?:^|\n)error: (?![\s\S]*\nerror: )(.*)(?:\nhint: (.*))?/.exec(said);
  return error === null ? lastLine(said) : error.slice(1).filter(Boolean).join(' ');
}

/** Is it a connection that cannot be made, or one that broke? Then a later attempt may do. */
export function isConnectionTrouble(error: unknown): error is UserError {
  return (
    error instanceof UserError && (error.code === sshErrors.lost.code || error.code === sshErrors.unreachable.code)
  );
}
