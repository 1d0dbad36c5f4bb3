import type { Settings } from '../../config/settings.ts';
import type { SettingDefinition } from '../../config/table/definition.ts';
import { settingsTable } from '../../config/table.ts';

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
  const known = [...new Set([...secretsOf(settings), ...secretsIn(environment)])]
    .filter((secret) => secret.length >= shortest)
    .sort((a, b) => b.length - a.length);
  const anyForm = known.map(inAnyForm);
  const text = (given: string): string =>
    [...anyForm.map((pattern) => [pattern, hidden] as const), ...patterns].reduce(
      (rest, [pattern, by]) => rest.replace(pattern, by),
      given,
    );
  const value = (given: unknown): unknown => {
    if (typeof given === 'string') return text(given);
    if (Array.isArray(given)) return given.map(value);
    if (typeof given !== 'object' || given === null) return given;
    return Object.fromEntries(
      Object.entries(given).map(([name, each]) => [
        text(name),
        secretName.test(name) && (typeof each === 'string' || typeof each === 'object') && each !== null
          ? hidden
          : value(each),
      ]),
    );
  };
  return { text, value };
}

/** In quotes, or all that is left of the line: a password may have blanks, commas and anything. */
const inQuotes = ['"', "'"].map((mark) => `${mark}(?:[^${mark}\\\\]|\\\\.)*${mark}(?=\\s*(?:[,;}\\])&]|$))`);
const named = new RegExp(
  `((?:${secretName.source})[\\w-]*["']?\\s*(?:[:=]|%3A|%3D)\\s*)(?:${inQuotes.join('|')}|[^\\r\\n]+)`,
  'gim',
);

const patterns: readonly (readonly [RegExp, string])[] = [
  // user:password@ in an address
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']*@/gi, `$1${hidden}@`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, `$1 ${hidden}`],
  [named, `$1${hidden}`],
  // What readers asked is theirs.
  [/(\/[\w./~%-]*)\?[^\s"'<>]*/g, '$1?...'],
  [/[\w.+-]+@((?:[\w-]+\.)+[a-z]{2,})/gi, `${hidden}@$1`],
  // Telephones of those on duty.
  [/((?<![\w.:+-])|\bsms:\s*)\+\d{8,15}\b/gi, `$1${hidden}`],
  // Links that are good once, tokens, cookies.
  [/(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{24,}/gi, hidden],
];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const quoted = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/**
 * A secret as it may stand in a log: any of its signs as it is, percent-encoded by whatever rule,
 * as JSON, SQL or markup has it; or the whole in base64.
 */
function inAnyForm(secret: string): RegExp {
  const signs = [...secret].map((sign) => {
    const bytes = [...Buffer.from(sign)];
    const percent = bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
    const units = [...Array(sign.length).keys()].map((at) => `\\u${sign.charCodeAt(at).toString(16).padStart(4, '0')}`);
    const json = JSON.stringify(sign).slice(1, -1);
    const forms = [sign, percent, percent.replaceAll('%', '%25'), json, json.replaceAll('\\', '\\\\'), units.join('')];
    if (sign === ' ') forms.push('+');
    if (sign === "'") forms.push("''", "\\'", "'\\''");
    const entity = entities[sign];
    if (entity !== undefined) forms.push(entity);
    // The longest first: what is left over of a form would be shown.
    const ways = [...new Set(forms)].sort((a, b) => b.length - a.length).map((form) => caseless(form, sign));
    return `(?:${ways.join('|')})`;
  });
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  const whole = secret.length >= 6 ? `|${quoted(base64)}={0,2}` : '';
  return new RegExp(`${signs.join('')}${whole}`, 'g');
}

/** The hexadecimal digits of an encoding are written in both cases; the secret is not. */
function caseless(form: string, sign: string): string {
  if (form === sign) return quoted(form);
  return quoted(form).replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

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

/**
 * The whole; the password in an address, up to its first or its last @; values of its question and
 * of what is sent with it; and each VALUE of "name=VALUE, name=VALUE".
 */
function partsOf(secret: string): readonly string[] {
  if (!secret.includes('://')) {
    const values = secret.split(',').map((part) => part.replace(/^[^=]*=/, '').trim());
    return [secret, ...values].filter((each) => each !== '');
  }
  const [, user = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^:@/]*)/i.exec(secret) ?? [];
  const passwords = [/:\/\/[^:@/]*:([^@]*)@/, /:\/\/[^:@/]*:(.*)@/].map((form) => form.exec(secret)?.[1] ?? '');
  const asked = [...secret.matchAll(/[?&][^=&\s]+=([^&\s]*)|:\s*"((?:[^"\\]|\\.)*)"/g)].map(
    ([, value, json]) => value ?? json ?? '',
  );
  // What hears the heartbeat is known by its path.
  const isTold = passwords.every((each) => each === '') && asked.length === 0 && !/^https?:\/\/[^/]+\/./.test(secret);
  return [...(isTold ? [] : [secret]), ...[...passwords, ...asked].flatMap((each) => [each, decoded(each)])].filter(
    (each) => each !== '' && each !== user && !/^\{\w+\}$/.test(each),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
