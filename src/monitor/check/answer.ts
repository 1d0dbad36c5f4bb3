import { checkPath } from '../../addresses/addresses.ts';
import type { CheckResult } from './check.ts';
import { judge, type Limits, worst } from './judge.ts';
import { checkLine } from './line.ts';
import { parseRange } from './ranges.ts';

/** What GET /health/check/NAME is answered with. */
export interface HttpCheckAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** In the place of "Service Unavailable": what check_http shows is this and not the body. */
  readonly reason: string;
  readonly body: string;
}

/** A name that stands for all checks. */
export const allChecks = 'all';

/** The name in /health/check/NAME; undefined: the path is another one. */
export function askedCheck(path: string): string | undefined {
  return path.startsWith(`${checkPath}/`) ? path.slice(checkPath.length + 1) : undefined;
}

/**
 * The line of a check, or those of all, as a plug-in prints it. For check_http the status says what
 * to do: 200 for what is ok or a warning, 503 for what is critical or unknown, 404 for a name that
 * is none, 400 for a range that is none. `query` may have `w` and `c`, as -w and -c. With
 * `for=check_http` a warning is 417, the kind of status that check_http takes for a warning.
 */
export function answerCheck(name: string, query: string, results: readonly CheckResult[] | undefined): HttpCheckAnswer {
  if (results === undefined) return answered(503, 'CHECK UNKNOWN - The supervisor is of a release without checks.');
  const args = new URLSearchParams(query);
  const limits: Limits = { warning: args.get('w') ?? undefined, critical: args.get('c') ?? undefined };
  const wrong = Object.values(limits).find((text) => text !== undefined && parseRange(text) === undefined);
  if (wrong !== undefined) return answered(400, checkLine('check', unknown(`"${wrong}" is no range.`)));
  const found = name === allChecks ? results : results.filter((result) => result.name === name);
  if (found.length === 0) {
    const names = results.map((result) => result.name).join(', ');
    return answered(404, checkLine('check', unknown(`There is no check "${name}"; there are ${names}.`)));
  }
  const answers = found.map((result) => ({
    name: result.name,
    ...judge(result.finding, name === allChecks ? {} : limits),
  }));
  const state = worst(answers.map((answer) => answer.state));
  const body = answers.map((answer) => checkLine(answer.name, answer)).join('\n');
  const warning = args.get('for') === 'check_http' ? 417 : 200;
  // Nobody looks anew for it: how long ago the oldest of them was found, in seconds.
  const age = Math.max(0, Math.round((Date.now() - Math.min(...found.map(({ when }) => when))) / 1000));
  return answered({ ok: 200, warning, critical: 503, unknown: 503 }[state], body, { age: String(age) });
}

function unknown(sentence: string) {
  return { state: 'unknown', sentence, measures: [] } as const;
}

/** Of the sentence what a status line may have. */
function reasonOf(body: string): string {
  const [line = ''] = body.split('\n', 1);
  return line
    .split(' | ')[0]!
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 300);
}

function answered(status: number, body: string, more: Readonly<Record<string, string>> = {}): HttpCheckAnswer {
  return {
    status,
    reason: reasonOf(body),
    headers: {
      'cache-control': 'no-store',
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex',
      ...more,
    },
    body: `${body}\n`,
  };
}
