import { resolve } from 'node:path';
import { demoTryThese } from '../../demo/try-these.ts';
import { grouped } from '../../errors/grouped.ts';
import { demoRecords, makeDemo } from '../../library/demo.ts';
import { serve } from '../../web/process/serve.ts';
import { defineCommand } from '../command.ts';
import { portOption } from '../port-option.ts';
import { logTo } from '../readable-log.ts';

export const command = defineCommand({
  description: `Creates a library of ${grouped(demoRecords)} invented records on the embedded database, unless it exists, and serves it until
Ctrl-C. Everything is kept in the data folder (${'`'}REPERIO_DATA${'`'}), so the next start takes only a moment; to remove the demo, delete that folder.`,
  examples: [
    { command: 'demo', doc: 'On http://127.0.0.1:8080, or as the settings say.' },
    { command: 'demo --port 8099', doc: 'On another port; 0 takes a free one.' },
  ],
  arguments: {},
  options: portOption,
  run: async ({ options, settings: given, environment, signal, stderr, colour, print }) => {
    const settings = { ...given(), port: options.port ?? given().port };
    const demo = await makeDemo({
      settings,
      signal,
      onMake: () => stderr.write(`Creating the demo library in ${settings.dataFolder} ...\n`),
      onProgress: () => undefined,
    });
    try {
      await serve({
        // A newcomer reads this terminal: a line for each request would push away what to try.
        settings: { ...settings, logLevel: 'warn' },
        signal,
        log: logTo(stderr, settings, colour),
        onListening: (address) => {
          print(welcome(address, demo.records, environment['REPERIO_DATA']));
        },
      });
    } finally {
      await demo.release();
    }
    stderr.write('Stopped. `bin/reperio demo` starts it again; everything is kept.\n');
  },
});

/**
 * `data`: the data folder as the environment of this terminal names it; another terminal does not.
 */
function welcome(address: string, records: number, data: string | undefined): string {
  const width = Math.max(...demoTryThese.map(({ query }) => query.length));
  const there = [
    ...(data === undefined ? [] : [`export REPERIO_DATA='${resolve(data).replaceAll("'", "'\\''")}'`]),
    "bin/reperio search 'higgs boson'",
    'bin/reperio load FILE      to load your own records (MARCXML, ISO 2709, ...)',
    'bin/reperio person add NAME --role superadmin --password-stdin      to sign in as an administrator',
  ];
  return [
    '',
    `  The demo library is running: ${address}`,
    `  It has ${grouped(records)} records. Try these searches:`,
    '',
    ...demoTryThese.map(({ query, doc }) => `    ${query.padEnd(width)}   ${doc}`),
    '',
    ...there.map((line, at) => `${(at === 0 ? '  In another terminal:' : '').padEnd(24)}${line}`),
    '  Press Ctrl-C to stop.',
    '',
  ].join('\n');
}
