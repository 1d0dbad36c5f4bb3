import { isIPv4 } from 'node:net';
import { parseValue } from '../../config/values.ts';
import type { Value, YamlReader } from '../../yaml/yaml-reader.ts';
import { type Network, parseNetwork } from './network.ts';
import { isVersion } from './versions.ts';

/**
 * Values of a cluster file that are more than words. What is wrong is reported; then the answer is
 * `otherwise`, or undefined.
 */

export function readText(reader: YamlReader, value: Value | undefined, otherwise: string): string {
  return value === undefined ? otherwise : (reader.text(value) ?? otherwise);
}

/** A text that looks as it must; `what` says how, as "a path that begins with /". */
export function readForm(
  reader: YamlReader,
  value: Value | undefined,
  form: RegExp,
  what: string,
  otherwise: string,
): string {
  if (value === undefined) return otherwise;
  const text = reader.text(value);
  if (text === undefined) return otherwise;
  if (form.test(text)) return text;
  reader.report(value.line, `${value.name}: '${text}' is not ${what}.`);
  return otherwise;
}

/**
 * Paths go into configuration files of nine programs: letters, digits and . _ - / need no quotes in
 * any.
 */
export function readPath(reader: YamlReader, value: Value | undefined, otherwise: string): string {
  const form = /^(?:\/[A-Za-z0-9._-]+)+$/;
  return readForm(
    reader,
    value,
    form,
    'a path that begins with / and has letters, digits, . _ - only, without a / at the end',
    otherwise,
  );
}

export function readAddress(reader: YamlReader, value: Value | undefined): string {
  const text = value === undefined ? undefined : reader.text(value);
  if (text === undefined || value === undefined) return '';
  if (isIPv4(text)) return text;
  reader.report(
    value.line,
    `${value.name}: '${text}' is not an IPv4 address, such as 10.77.0.11; host names would depend on DNS.`,
  );
  return '';
}

export function readNetwork(reader: YamlReader, value: Value | undefined): Network | undefined {
  const text = value === undefined ? undefined : reader.text(value);
  if (text === undefined || value === undefined) return undefined;
  const network = parseNetwork(text);
  if (network === undefined)
    reader.report(
      value.line,
      `${value.name}: '${text}' is not an IPv4 network, such as 10.77.0.0/24 (with its first address).`,
    );
  return network;
}

export function readVersion(reader: YamlReader, value: Value | undefined, otherwise: string): string {
  const text = readText(reader, value, otherwise);
  if (isVersion(text)) return text;
  reader.report(value?.line ?? 1, `${value?.name}: '${text}' is not a version, such as 3.0.2.`);
  return otherwise;
}

export function readNumber(
  reader: YamlReader,
  value: Value | undefined,
  { minimum, maximum, type = 'number' }: { minimum: number; maximum: number; type?: 'number' | 'bytes' | 'duration' },
): number | undefined {
  const text = value === undefined ? undefined : reader.text(value);
  if (text === undefined || value === undefined) return undefined;
  const parsed = parseValue({ type, minimum, maximum }, text, '');
  if (parsed.problem === undefined) return Number(parsed.value);
  reader.report(value.line, `${value.name} ${parsed.problem}.`);
  return undefined;
}

/** https://library.example, or http. */
export function readBaseUrl(reader: YamlReader, value: Value | undefined): string {
  const text = value === undefined ? undefined : reader.text(value);
  if (text === undefined || value === undefined) return '';
  if (/^https?:\/\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/.test(text) && URL.canParse(text)) return text;
  reader.report(
    value.line,
    `${value.name}: '${text}' is not an address as https://library.example, without a path or a slash at the end.`,
  );
  return '';
}
