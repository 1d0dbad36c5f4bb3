import { readFile } from 'node:fs/promises';
import { UserError } from '../../errors/errors.ts';
import { fileReason } from '../../errors/file-reason.ts';
import type { TuneReport } from './advice.ts';
import { tuneErrors } from './errors.ts';

/** What `--json` printed before. Throws `reportUnreadable`. */
export async function readReport(file: string, about: TuneReport['about']): Promise<TuneReport> {
  const wrong = (reason: string, cause?: unknown): UserError =>
    new UserError(tuneErrors.reportUnreadable, { file, reason }, cause);
  let found: Partial<TuneReport>;
  try {
    found = JSON.parse(await readFile(file, 'utf8')) as Partial<TuneReport>;
  } catch (error) {
    throw wrong(fileReason(error), error);
  }
  const { advice, at, counters } = found ?? {};
  const isReport =
    Array.isArray(advice) &&
    advice.every(isAdvice) &&
    typeof at === 'number' &&
    Math.abs(at) <= lastDay &&
    typeof counters === 'object' &&
    counters !== null &&
    Object.values(counters).every((value) => typeof value === 'number');
  if (!isReport) throw wrong('it is not a report of `reperio tune`');
  if (found.about !== about) throw wrong(`it is a report of \`reperio tune ${found.about}\``);
  return found as TuneReport;
}

/** Of which JavaScript can say the date. Milliseconds. */
const lastDay = 8.64e15;

function isAdvice(one: unknown): boolean {
  if (typeof one !== 'object' || one === null) return false;
  const { name, state, reason, value = '' } = one as Readonly<Record<string, unknown>>;
  return [name, state, reason, value].every((text) => typeof text === 'string');
}
