import { UserError } from '../../errors/errors.ts';
import type { NodeView } from '../../monitor/status/node-view.ts';
import { statusSocket } from '../../monitor/status/socket.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { statusLines } from '../status-text.ts';
import { windowOf } from '../terminal.ts';

const { request } = process.getBuiltinModule('node:http');

export const command = defineCommand({
  description: `Shows what the server of this data folder is doing. The supervisor answers, even when no worker does: workers, running requests, response times,
workers that failed and why, periodic tasks, and the other nodes of the library. In a browser the same is at /server-status.`,
  examples: [
    { command: 'status', doc: 'For people.' },
    { command: 'status --json', doc: 'Everything, for programs.' },
    { command: 'status --metrics', doc: 'In the format of Prometheus.' },
  ],
  arguments: {},
  options: { ...jsonOption, metrics: { type: 'flag', doc: 'Print metrics in the format of Prometheus.' } },
  run: async ({ options, settings, environment, stdout, print, printJson }) => {
    const { dataFolder } = settings();
    if (options.metrics) {
      stdout.write(await ask(dataFolder, '/metrics'));
      return;
    }
    const view = JSON.parse(await ask(dataFolder, '/server-status?format=json')) as NodeView;
    if (options.json) return printJson(view);
    for (const line of statusLines(view, windowOf(stdout, environment))) print(line);
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
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', failed);
    asked.end();
  });
}
