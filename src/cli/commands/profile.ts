import { writeFile } from 'node:fs/promises';
import { UserError } from '../../errors/errors.ts';
import { knownNodes } from '../../monitor/nodes.ts';
import { statusSocket } from '../../monitor/status/socket.ts';
import { issueOneTime } from '../../people/one-time.ts';
import { functionTimes, sortFunctions, sortKeyOf } from '../../profile/functions.ts';
import { type KeptProfile, profilesFolder, readProfile } from '../../profile/kept.ts';
import { openStore } from '../../store/open.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { requireLibrary } from '../require-library.ts';

const { request } = process.getBuiltinModule('node:http');

const shown = 40;

export const command = defineCommand({
  description: `Profiles a worker for some seconds while it continues to serve, and shows in which functions it spends its time: a worker of the server of this data folder,
or of another node of the library. To profile a single page, a person with permission for "profiling" adds ?profile=t to its address.`,
  examples: [
    { command: 'profile', doc: 'Profiles the first worker of this node for 10 s.' },
    {
      command: 'profile --seconds 30 --worker 2 --sort tottime',
      doc: 'The second worker, sorted by the time in the function itself.',
    },
    {
      command: 'profile --node web2 --out web2.cpuprofile',
      doc: 'Another node; the file opens in speedscope or a browser.',
    },
  ],
  arguments: {},
  options: {
    seconds: { type: 'number', value: 'SECONDS', minimum: 1, maximum: 120, doc: 'How long; default 10.' },
    worker: { type: 'number', value: 'NUMBER', minimum: 1, maximum: 64, doc: 'Which worker of this node; default 1.' },
    node: { type: 'text', value: 'NAME', doc: 'Name of another node, as shown by `reperio status`.' },
    sort: { type: 'text', value: 'KEY', doc: 'cumulative (default), tottime, calls, name, file, ...' },
    out: { type: 'text', value: 'FILE', doc: 'Write the profile to this .cpuprofile file.' },
    ...jsonOption,
  },
  run: async ({ options, settings, signal, stderr, print, printJson }) => {
    const seconds = options.seconds ?? 10;
    stderr.write(`Profiling for ${seconds} s ...\n`);
    const { dataFolder } = settings();
    let profile: KeptProfile | undefined;
    if (options.node === undefined) {
      const id = (await askSupervisor(dataFolder, `/profile?seconds=${seconds}&worker=${options.worker ?? 1}`)).trim();
      profile = await readProfile(profilesFolder(dataFolder), id);
    } else {
      const store = await openStore(requireLibrary(settings()), { signal });
      try {
        const known = (await knownNodes(store.database)).map(({ summary }) => summary);
        const node = known.find(({ name }) => name === options.node);
        if (node === undefined)
          throw new UserError(cliErrors.noNode, {
            name: options.node,
            nodes: known.map(({ name }) => name).join(', '),
          });
        const secret = await issueOneTime(store.database, 'profile', { person: undefined, data: {} });
        profile = await askNode(node.address, { secret, seconds });
      } finally {
        await store.release();
      }
    }
    if (profile === undefined) throw new UserError(cliErrors.noProfile);
    if (options.out !== undefined) await writeFile(options.out, JSON.stringify(profile.cpu));
    if (options.json) return printJson(profile);
    const key = sortKeyOf(options.sort ?? 'cumulative');
    print(`${profile.what}, sorted by ${key}; kept as ${profile.id}`);
    print('   ncalls  tottime  cumtime  file:line(function)');
    for (const one of sortFunctions(functionTimes(profile.cpu), key).slice(0, shown))
      print(
        `${`≥${one.calls}`.padStart(9)} ${one.own.toFixed(1).padStart(8)} ${one.cumulative.toFixed(1).padStart(8)}  ${one.file === '' ? 'native' : `${one.file}:${one.line}`}(${one.name})`,
      );
  },
});

async function askSupervisor(dataFolder: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void => reject(new UserError(cliErrors.noServer, { folder: dataFolder }, error));
    request({ socketPath: statusSocket(dataFolder), path }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () =>
        response.statusCode === 200 ? resolve(body) : reject(new UserError(cliErrors.noProfile)),
      );
      response.on('error', failed);
    })
      .on('error', failed)
      .end();
  });
}

async function askNode(
  address: string,
  body: { readonly secret: string; readonly seconds: number },
): Promise<KeptProfile | undefined> {
  const answer = await fetch(`${address}/api/profile`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch((error: unknown) => {
    throw new UserError(cliErrors.nodeSilent, { address }, error as Error);
  });
  return answer.ok ? ((await answer.json()) as KeptProfile) : undefined;
}
