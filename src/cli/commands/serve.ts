import { serve } from '../../web/process/serve.ts';
import { defineCommand } from '../command.ts';
import { portOption } from '../port-option.ts';
import { logTo } from '../readable-log.ts';

export const command = defineCommand({
  description: `Serves browsers and programs until it is stopped (Ctrl-C or SIGTERM); requests that have arrived are still answered.
Records loaded by other commands appear at once. A data folder can have only one server. SIGHUP reloads code and settings: new workers take over one by one, and no
request is refused or cut off.`,
  examples: [
    { command: 'serve', doc: 'On http://127.0.0.1:8080, or as the settings say.' },
    { command: 'serve --port 8099', doc: 'On another port; 0 takes a free one.' },
    { command: 'serve --host 0.0.0.0 --port 80', doc: 'Open to the network.' },
  ],
  arguments: {},
  options: {
    ...portOption,
    host: { type: 'text', value: 'HOST', doc: 'The address to listen on; default: the setting `host`.' },
  },
  run: async ({ options, settings, readSettings, onHangup, signal, stderr, colour, print }) => {
    const given = settings();
    const withOptions = (read: typeof given) => ({
      ...read,
      port: options.port ?? read.port,
      host: options.host ?? read.host,
    });
    await serve({
      settings: withOptions(given),
      readSettings: () => withOptions(readSettings()),
      onReload: onHangup,
      signal,
      log: logTo(stderr, given, colour),
      onListening: (address) => print(`Reperio serves ${address}`),
    });
  },
});
