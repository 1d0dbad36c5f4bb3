import type { Writable } from 'node:stream';
import type { DestinationStream } from 'pino';
import type { Settings } from '../config/settings.ts';

/** A stream that may be a terminal. */
export type Terminal = Writable & { readonly isTTY?: boolean };

/**
 * Where the log goes: lines of JSON as they are, or, on a terminal, made readable for people. The
 * setting `log-format` decides otherwise.
 */
export function logTo(stream: Terminal, { logFormat }: Pick<Settings, 'logFormat'>, colour = false): DestinationStream {
  const isReadable = logFormat === 'text' || (logFormat === 'auto' && stream.isTTY === true);
  return isReadable ? { write: (line) => void stream.write(readableLine(line, colour)) } : stream;
}

/** Names and colours (SGR) of pino's levels. */
const levels: Readonly<Record<number, readonly [name: string, colour: number]>> = {
  10: ['trace', 90],
  20: ['debug', 90],
  30: ['info', 32],
  40: ['warn', 33],
  50: ['error', 31],
  60: ['fatal', 31],
};

/**
 * "14:05:07 warn  A sentence.  key=value", with the stack of an error below. What is no line of the log stays as it is.
 */
export function readableLine(line: string, colour = false): string {
  const entry = objectIn(line);
  const level = levels[Number(entry?.['level'])];
  if (entry === undefined || level === undefined) return line;
  const { level: _, time, msg, err, reqId: __, pid: ___, hostname: ____, ...rest } = entry;
  const [name, paint] = level;
  const head = colour ? `\x1b[${paint}m${name.padEnd(5)}\x1b[0m` : name.padEnd(5);
  const facts = Object.entries(rest).map(([key, value]) => `${key}=${valueText(value)}`);
  const said = [clockTime(time), head, String(msg ?? ''), ...facts].filter((part) => part !== '').join(' ');
  return `${said}\n${stackOf(err)}`;
}

function objectIn(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** In the time zone of the reader, who sits before the terminal. */
function clockTime(time: unknown): string {
  const date = new Date(String(time));
  return Number.isNaN(date.getTime()) ? '' : date.toTimeString().slice(0, 8);
}

function valueText(value: unknown): string {
  return typeof value === 'string' && !/[\s"]/.test(value) ? value : JSON.stringify(value);
}

function stackOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { stack, message } = error as { readonly stack?: unknown; readonly message?: unknown };
  const text = String(stack ?? message ?? '');
  return text === '' ? '' : `${text.replace(/^/gm, '      ')}\n`;
}
