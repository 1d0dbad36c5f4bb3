import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import sql from 'sql-template-tag';
import type { Finding } from '../check.ts';
import type { Check, CheckContext } from '../definition.ts';
import { filesFolder } from './folders.ts';
import { alone, reasonOf } from './parts.ts';

const { request } = process.getBuiltinModule('node:http');
const { request: requestTls } = process.getBuiltinModule('node:https');

/** As src/files/local-store.ts writes it. */
const marker = '.reperio-files';

export const filesFolderCheck: Check = {
  name: 'files-folder',
  question: 'Does the place of documents answer?',
  summary: 'Seconds that the folder or the store of documents takes to answer.',
  warning: '1',
  critical: '5',
  page: 'A folder of documents that is not mounted',
  every: 20_000,
  run: async (context) => {
    const { settings, memory } = context;
    const folder = filesFolder(settings);
    if (folder === undefined) return storeAnswers(context);
    const began = performance.now();
    const fix = `findmnt --target ${folder}`;
    // In a process of its own: whoever asks a file server that is away hangs until it is back.
    const seen = await alone(memory, folder, () => run('stat', ['--', `${folder}/${marker}`])).catch((error: unknown) =>
      reasonOf(error),
    );
    const measures = [{ label: 'time', value: (performance.now() - began) / 1000, unit: 's' as const, minimum: 0 }];
    if (seen === '') return { sentence: `The folder ${folder} answers.`, measures, fix };
    if (!/No such file/.test(seen))
      return { atLeast: 'critical', sentence: `The folder of documents does not answer: ${seen}.`, measures, fix };
    const filled = await hasFiles(context);
    if (filled === false) return { sentence: 'The library has no documents yet.', measures };
    const isThere = (await alone(memory, folder, () => run('stat', ['--', folder]))) === '';
    if (!isThere) return { atLeast: filled ? 'critical' : 'unknown', ...missing(folder, filled), measures };
    if ((await run('ls', ['--', folder])).split('\n').some((name) => /^[0-9a-f]{2}$/.test(name)))
      return { sentence: `The folder ${folder} answers.`, measures, fix };
    if (filled === undefined)
      return {
        atLeast: 'unknown',
        sentence: `The folder ${folder} has no documents, and the database cannot be asked whether it should have some.`,
        measures,
        fix,
      };
    return {
      atLeast: 'critical',
      sentence: `The folder ${folder} has none of the documents of this library: it is not mounted, or it is another one.`,
      measures,
      fix,
    };
  },
};

/** The folder itself does not exist: mounting would need it. */
function missing(folder: string, filled: boolean | undefined): Pick<Finding, 'sentence' | 'fix'> {
  const library =
    filled === true
      ? 'none of the documents of this library can be read'
      : 'the database cannot be asked whether the library has documents';
  const fix = `ls -ld ${dirname(folder)}; reperio config get files`;
  return { sentence: `The folder ${folder} does not exist: ${library}.`, fix };
}

/** Undefined: without a database nobody can say. */
async function hasFiles({ database }: CheckContext): Promise<boolean | undefined> {
  const found = (async () => database().query(sql`SELECT FROM file LIMIT 1`, { patience: 0 }))();
  return found.then(
    (rows) => rows.length > 0,
    () => undefined,
  );
}

/** What it printed of its error; of `ls` its output. */
async function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { env: { PATH: process.env['PATH'], LC_ALL: 'C' }, encoding: 'utf8' },
      (error, stdout, stderr) => {
        if (error !== null && 'code' in error && typeof error.code === 'string') reject(error);
        else resolve(program === 'ls' ? stdout : stderr.trim());
      },
    );
  });
}

/** Any answer but an error of the server will do: that it does not let us in here is well. */
async function storeAnswers({ settings, signal }: CheckContext): Promise<Finding> {
  const { s3Endpoint: endpoint } = settings;
  const fix = 'reperio config list --changed';
  if (endpoint === undefined) return { atLeast: 'critical', sentence: 's3-endpoint is not set.', fix };
  const began = performance.now();
  return new Promise((resolve) => {
    const measures = () => [
      { label: 'time', value: (performance.now() - began) / 1000, unit: 's' as const, minimum: 0 },
    ];
    const ask = endpoint.startsWith('https:') ? requestTls : request;
    ask(endpoint, { method: 'HEAD', signal, agent: false }, (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      resolve({
        ...(statusCode >= 500 ? { atLeast: 'critical' as const } : {}),
        sentence: `The store at ${endpoint} answers${statusCode >= 500 ? ` with ${statusCode}` : ''}.`,
        measures: measures(),
        fix: `curl -sI ${endpoint}`,
      });
    })
      .on('error', (error) =>
        resolve({
          atLeast: 'critical',
          sentence: `The store at ${endpoint} does not answer: ${reasonOf(error)}.`,
          measures: measures(),
          fix: `curl -sI ${endpoint}`,
        }),
      )
      .end();
  });
}
