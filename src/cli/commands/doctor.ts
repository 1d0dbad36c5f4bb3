import { accessSync, constants, existsSync, writeFileSync } from 'node:fs';
import { readSettings } from '../../config/settings.ts';
import { UserError } from '../../errors/errors.ts';
import { bundleOf } from '../../monitor/doctor/bundle.ts';
import { diagnosisLines } from '../../monitor/doctor/diagnosis.ts';
import { examine } from '../../monitor/doctor/examine.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { tuningDiagnoses } from '../tuning-diagnoses.ts';

export const command = defineCommand({
  description: `Asks every check, the settings and the permissions of folders; what is not well has what to type, and a page of the manual. Every check looks again, which takes some seconds. It works without a database and without a running server.
Exit status 1: something is not well, or could not be found out.`,
  examples: [
    { command: 'doctor', doc: 'When something is wrong, and after an installation.' },
    { command: 'doctor --json', doc: 'For programs.' },
    { command: 'doctor --bundle report.tar.gz', doc: 'Everything that a bug report needs, without secrets.' },
  ],
  arguments: {},
  options: {
    ...jsonOption,
    bundle: {
      type: 'text',
      value: 'FILE',
      doc: 'Write checks, status, settings without secrets, versions and the last 1,000 lines of the log to FILE.tar.gz.',
    },
    log: { type: 'text', value: 'FILE', doc: 'The log for --bundle; default: the journal of systemd, if it has one.' },
  },
  run: async ({ environment, options, print, printJson }) => {
    // Said before everything is looked at.
    if (options.log !== undefined) requireReadable(options.log);
    if (options.bundle !== undefined && existsSync(options.bundle))
      throw new UserError(cliErrors.fileNotWritten, { file: options.bundle, reason: 'it is there already' });
    const read = readSettings(environment);
    const examined = await examine(read);
    const diagnoses = [...examined.diagnoses, ...(await tuningDiagnoses(read.settings))];
    const found = { ...examined, diagnoses };
    if (options.json) printJson(diagnoses);
    else for (const line of diagnosisLines(diagnoses)) print(line);
    if (options.bundle !== undefined) {
      const bundle = await bundleOf({ ...found, read, environment, log: options.log });
      try {
        writeFileSync(options.bundle, bundle, { mode: 0o600, flag: 'wx' });
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        const reason = code === 'EEXIST' ? 'it is there already' : message;
        throw new UserError(cliErrors.fileNotWritten, { file: options.bundle, reason }, error);
      }
      if (!options.json) print(`Written to ${options.bundle}. Look at what is in it before you pass it on.`);
    }
    return diagnoses.every(({ answer }) => answer === 'yes' || answer === 'not-set-up') ? 0 : 1;
  },
});

function requireReadable(file: string): void {
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    throw new UserError(
      cliErrors.logNotRead,
      { file, reason: (error as NodeJS.ErrnoException).code ?? 'unknown' },
      error,
    );
  }
}
