import { request } from 'node:http';
import { UserError } from '../../errors/errors.ts';
import type { NodeView } from '../../monitor/status/node-view.ts';
import { statusSocket } from '../../monitor/status/socket.ts';
import { statusText } from '../../monitor/status/text.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { cliErrors } from '../errors.ts';

export const command = defineCommand({
  description: `What the server of this data folder does at this moment, asked from its supervisor, so that it is answered when no page is: workers, requests that
run, how long answers take, workers that died and of what, periodic tasks, and the other nodes of the library. In a browser the same is at /server-status.`,
  examples: [
    { command: 'status', doc: 'For people.' },
    { command: 'status --json', doc: 'Everything, for programs.' },
    { command: 'status --metrics', doc: 'As Prometheus reads it.' },
  ],
  arguments: {},
  options: { ...jsonOption, metrics: { type: 'flag', doc: 'Print the text that Prometheus reads.' } },
  run: async ({ options, settings, stdout, print, printJson }) => {
    const { dataFolder } = settings();
    if (options.metrics) {
      stdout.write(await ask(dataFolder, '/metrics'));
      return;
    }
    const view = JSON.parse(await ask(dataFolder, '/server-status?format=json')) as NodeView;
    if (options.json) return printJson(view);
    print(statusText(view).trimEnd());
  },
});

const within = 5_000;

async function ask(dataFolder: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void => reject(new UserError(cliErrors.noServer, { folder: dataFolder }, error));
    const asked = request({ socketPath: statusSocket(dataFolder), path, timeout: within }, (response) => {
      response.setEncoding('utf8');
      let body = '';
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve(body));
      response.on('error', failed);
    });
    asked.on('timeout', () => asked.destroy(new Error('it does not answer')));
    asked.on('error', failed);
    asked.end();
  });
}
