import type { Settings } from '../../config/settings.ts';
import { type SettingDefinition, settingsTable } from '../../config/table.ts';

/** Takes out of anything what nobody else should read. */
export interface Redactor {
  text(text: string): string;
  /** The same for data: also what stands under a name that says that it is secret. */
  value(value: unknown): unknown;
}

export const hidden = '***';

const secretName = /password|passwd|secret|token|cookie|authorization|credential|session|api.?key/i;
/** Shorter ones stand in other words too. */
const shortest = 4;

/**
 * Knows the secrets of these settings and of the environment, and beyond them whatever looks like
 * one: passwords in addresses, values of names that say so, long random words, the questions of
 * addresses, and who has which e-mail address.
 */
export function createRedactor(
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
): Redactor {
  const known = [...secretsOf(settings), ...secretsIn(environment)]
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    .filter((secret) => secret.length >= shortest)
    .sort((a, b) => b.length - a.length);
  const unique = [...new Set(known)];
  const text = (given: string): string => {
    let shown = given;
    for (const secret of unique) shown = shown.replaceAll(secret, hidden);
    return patterns.reduce((rest, [pattern, by]) => rest.replace(pattern, by), shown);
  };
  const value = (given: unknown): unknown => {
    if (typeof given === 'string') return text(given);
    if (Array.isArray(given)) return given.map(value);
    if (typeof given !== 'object' || given === null) return given;
    return Object.fromEntries(
      Object.entries(given).map(([name, each]) => [
        name,
        secretName.test(name) && (typeof each === 'string' || Array.isArray(each)) ? hidden : value(each),
      ]),
    );
  };
  return { text, value };
}

const patterns: readonly (readonly [RegExp, string])[] = [
  // user:password@ in an address
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']*@/gi, `$1${hidden}@`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, `$1 ${hidden}`],
  [
    /((?:password|passwd|secret|token|cookie|authorization|credential|session|api.?key)[\w-]*["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;&}\]"']+)/gi,
    `$1${hidden}`,
  ],
  // What readers asked is theirs.
  [/(\/[\w./~%-]*)\?[^\s"'<>]*/g, '$1?...'],
  [/[\w.+-]+@((?:[\w-]+\.)+[a-z]{2,})/gi, `${hidden}@$1`],
  // Links that are good once, tokens, cookies.
  [/(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{24,}/gi, hidden],
];

function secretsOf(settings: Settings): readonly string[] {
  const entries = Object.entries(settingsTable) as readonly [keyof Settings, SettingDefinition][];
  return entries
    .filter(([, { secret }]) => secret === true)
    .flatMap(([key]) => (settings[key] === undefined ? [] : partsOf(String(settings[key]))));
}

function secretsIn(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(environment).flatMap(([name, given]) =>
    given !== undefined && (secretName.test(name) || /PASS|KEY$|_URL$/.test(name)) ? partsOf(given) : [],
  );
}

/** The whole, the password in an address, and each VALUE of "name=VALUE, name=VALUE". */
function partsOf(secret: string): readonly string[] {
  const [, user = '', password = ''] = /^[a-z][a-z0-9+.-]*:\/\/(?:([^:@/]*):([^@/]*)@)?/i.exec(secret) ?? [];
  const values = secret.includes('://') ? [] : secret.split(',').map((part) => part.replace(/^[^=]*=/, '').trim());
  const isAddress = secret.includes('://');
  return [...(isAddress && password === '' ? [] : [secret]), password, decoded(password), ...values].filter(
    (each) => each !== '' && each !== user,
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
