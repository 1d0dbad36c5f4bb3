import { serve } from '../../web/process/serve.ts';
import { defineCommand } from '../command.ts';
import { portOption } from '../port-option.ts';

export const command = defineCommand({
  description: `Answers readers' browsers and programs until it is stopped (Ctrl-C or SIGTERM); requests that have come are still answered.
Records that other commands load appear at once. One data folder has one server. SIGHUP reads code and settings again: fresh workers take over one by one, and no
request is refused or cut.`,
  examples: [
    { command: 'serve', doc: 'On http://127.0.0.1:8080, or where the settings say.' },
    { command: 'serve --port 8099', doc: 'On another port; 0 takes a free one.' },
    { command: 'serve --host 0.0.0.0 --port 80', doc: 'For everybody on the network.' },
  ],
  arguments: {},
  options: {
    ...portOption,
    host: { type: 'text', value: 'HOST', doc: 'The address to listen on; the setting `host` otherwise.' },
  },
  run: async ({ options, settings, readSettings, onHangup, signal, stderr, print }) => {
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
      log: stderr,
      onListening: (address) => print(`Reperio serves ${address}`),
    });
  },
});
