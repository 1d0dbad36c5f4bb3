import { UserError } from '../errors/errors.ts';
import { exitStatusOf, type TuneReport } from '../maintain/tune/advice.ts';
import { readReport } from '../maintain/tune/earlier-report.ts';
import { tuneErrors } from '../maintain/tune/errors.ts';
import { commandsOf, comparisonLines, reportLines } from '../maintain/tune/report.ts';
import type { CommandContext, OptionDefinitions } from './command.ts';
import { jsonOption } from './command.ts';
import { headingOf } from './terminal.ts';

/** What both commands take. */
export const tuneOptions = {
  ...jsonOption,
  compare: {
    type: 'text',
    value: 'FILE',
    doc: 'Also show what has changed since an earlier report, which --json made.',
  },
  apply: { type: 'flag', doc: 'Set what is advised. The previous settings are kept.' },
  undo: { type: 'flag', doc: 'Take back the last --apply.' },
  prove: { type: 'flag', doc: 'Try old and new values, and show what was seen with each.' },
} as const satisfies OptionDefinitions;

export const statusDoc =
  'Exit status 0: nothing to set; 1: there is advice; 2: there is none, but something could not be read.';

/** Throws `oneAtATime`. */
export function requireOne({ apply, undo, prove }: Readonly<Record<'apply' | 'undo' | 'prove', boolean>>): void {
  if ([apply, undo, prove].filter((one) => one).length > 1) throw new UserError(tuneErrors.oneAtATime);
}

type Output = Pick<
  CommandContext<Readonly<Record<string, never>>, typeof tuneOptions>,
  'options' | 'environment' | 'stdout' | 'print' | 'printJson'
>;

/** Prints a report, and resolves to the exit status. */
export async function printReport(report: TuneReport, output: Output): Promise<number> {
  const { options, environment, stdout, print, printJson } = output;
  const since =
    options.compare === undefined
      ? undefined
      : comparisonLines(await readReport(options.compare, report.about), report);
  if (options.json) printJson(since === undefined ? report : { ...report, since });
  else {
    const apply = `reperio tune ${report.about} --apply`;
    for (const line of reportLines(report, headingOf(stdout, environment), apply)) print(line);
    if (since !== undefined) for (const line of ['', ...since]) print(line);
  }
  return exitStatusOf(report.advice);
}

/** For --apply when there is nothing that it sets. Resolves to the exit status. */
export function nothingToApply({ advice }: TuneReport, { print }: Pick<Output, 'print'>): number {
  const commands = commandsOf(advice);
  print(commands.length === 0 ? 'There is nothing to set.' : 'There is nothing that --apply sets; by hand:');
  for (const command of commands) print(command);
  return exitStatusOf(advice);
}
