import type { ReadSettings } from '../../config/settings.ts';
import { version } from '../../config/version.ts';
import type { CheckResult } from '../check/check.ts';
import { judge, withoutConsequences } from '../check/judge.ts';
import { lookAt } from '../check/look-here.ts';
import { playbook } from '../check/page.ts';
import { checks } from '../check/table.ts';
import type { NodeView } from '../status/node-view.ts';
import { statusSocket } from '../status/socket.ts';
import { type Diagnosis, diagnosesOf, yes } from './diagnosis.ts';
import { folderDiagnoses } from './folders.ts';
import { hostDiagnoses } from './host.ts';
import { settingDiagnoses } from './settings.ts';

const { request } = process.getBuiltinModule('node:http');

export interface Examination {
  readonly diagnoses: readonly Diagnosis[];
  readonly results: readonly CheckResult[];
  /** Undefined: no server answers. */
  readonly view: NodeView | undefined;
}

/** Asks everything. Works without a server and without a database. */
export async function examine(read: ReadSettings): Promise<Examination> {
  const { settings } = read;
  const asked = await viewFrom(statusSocket(settings.dataFolder));
  const view = typeof asked === 'string' ? undefined : asked;
  const results = view?.status.checks ?? (await lookAt(checks, settings));
  // What nobody can know without a server is one question, not ten.
  const { kept, waiting } = withoutConsequences(results);
  const shown = view === undefined ? results.filter(({ finding }) => judge(finding).state !== 'unknown') : kept;
  return {
    diagnoses: [
      ...settingDiagnoses(read),
      ...folderDiagnoses(read),
      ...hostDiagnoses(),
      server(asked, settings.dataFolder, results.length - shown.length),
      ...(view === undefined ? [] : [releaseOf(view)]),
      ...diagnosesOf(checks, shown),
      ...(view === undefined || waiting.length === 0 ? [] : [notKnown(waiting)]),
    ],
    results,
    view,
  };
}

function notKnown(waiting: readonly string[]): Diagnosis {
  const [question, found] = ['Is what needs the database well?', `Not known without it: ${waiting.join(', ')}.`];
  return { question, answer: 'unknown', found, page: playbook('A lost database') };
}

/** `view`: or why it could not be asked. */
function server(view: NodeView | string, folder: string, unknown: number): Diagnosis {
  const question = 'Does the server of this data folder run?';
  if (view === 'EACCES')
    return {
      ...{ question, answer: 'unknown', fix: `ls -ld ${folder}` },
      found: `This user may not ask the server of ${folder}, and ${unknown} questions need it: be root, or the user of the service.`,
    };
  if (typeof view !== 'string')
    return yes(question, `${view.status.name} is ${view.status.state} at ${view.status.address}.`);
  return {
    ...{ question, answer: 'no', fix: 'reperio serve', page: 'docs/when-you-are-woken.md#a-dead-node' },
    found: `No server answers for ${folder}; ${unknown} questions need one.`,
  };
}

function releaseOf({ status }: NodeView): Diagnosis {
  const question = 'Does the server run the release of this command?';
  const here = version();
  if (status.version === here) return yes(question, `Both are ${here}.`);
  return {
    ...{ question, answer: 'no', fix: 'systemctl restart reperio-web', page: 'docs/when-you-are-woken.md#a-dead-node' },
    found: `The server runs release ${status.version}, this command is ${here}.`,
  };
}

/** Every check looks again for it. Milliseconds. */
const within = 20_000;

/** The code of the error when there is no answer; '' when it is none that can be read. */
async function viewFrom(socketPath: string): Promise<NodeView | string> {
  return new Promise((resolve) => {
    const none = (error: NodeJS.ErrnoException): void => resolve(error.code ?? '');
    const signal = AbortSignal.timeout(within);
    request({ socketPath, path: '/server-status?format=json&again', signal }, (response) => {
      const parts: string[] = [];
      response.setEncoding('utf8').on('data', (part: string) => parts.push(part));
      response.on('end', () => resolve(response.statusCode === 200 ? (JSON.parse(parts.join('')) as NodeView) : ''));
      response.on('error', none);
    })
      .on('error', none)
      .end();
  });
}
