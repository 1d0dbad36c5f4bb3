import type { ChildProcess } from 'node:child_process';
import { secretsFile, settingsFile } from '../../cluster/render/settings.ts';
import { UserError } from '../../errors/errors.ts';
import type { Answer } from './deployment.ts';
import { rolloutErrors } from './errors.ts';
import type { Fleet } from './fleet.ts';
import type { Look } from './look.ts';
import { programScript } from './scripts.ts';

/** Words of a shell for the program of a release on a host, with the settings of its services. */
function programWords({ topology }: Fleet, release: string, words: readonly string[]): readonly string[] {
  const { user, data } = topology;
  return [
    'sh',
    '-euc',
    programScript,
    'reperio',
    user,
    data,
    settingsFile,
    secretsFile,
    `${release}/bin/reperio`,
    ...words,
  ];
}

/** Its standard output. Throws a UserError with what it said. */
export async function runProgram(
  fleet: Fleet,
  name: string,
  release: string,
  words: readonly string[],
  limit: number,
): Promise<string> {
  const host = await fleet.host(name);
  const { status, stdout, stderr } = await host.run([...host.asRoot, ...programWords(fleet, release, words)], {
    ...{ limit, what: `\`reperio ${words.slice(0, 2).join(' ')}\`` },
  });
  if (status === 0) return stdout;
  if (status === unknownCommand && /There is no command/.test(stderr))
    throw new UserError(rolloutErrors.olderProgram, { version: release.split('/').at(-1)!, host: name });
  throw new UserError(rolloutErrors.programFailed, {
    ...{ host: name, command: words.slice(0, 2).join(' ') },
    said:
      stderr
        .trim()
        .slice(0, 2_000)
        .replace(/^error: /, '') || `status ${status}`,
  });
}

/** A process of it that goes on. */
export async function openProgram(
  fleet: Fleet,
  name: string,
  release: string,
  words: readonly string[],
): Promise<ChildProcess> {
  const host = await fleet.host(name);
  return host.open([...host.asRoot, ...programWords(fleet, release, words)]);
}

const unknownCommand = 2;
/** Seconds for a node and a database that have much to do. */
const lookLimit = 40;

export interface LookWishes {
  readonly node?: boolean;
  readonly library?: boolean;
  readonly answers?: readonly Answer[];
  readonly log?: number;
}

/** How the host finds its node and the library, by the program of that release. */
export async function lookOn(fleet: Fleet, name: string, release: string, wishes: LookWishes): Promise<Look> {
  const { node = false, library = false, answers = [], log = 0 } = wishes;
  const words = [
    ...['deploy', 'look'],
    ...(node ? ['--node'] : []),
    ...(library ? ['--library', '--log', String(log)] : []),
    ...answers.flatMap(({ question }) => ['--question', question]),
  ];
  return JSON.parse(await runProgram(fleet, name, release, words, lookLimit)) as Look;
}
