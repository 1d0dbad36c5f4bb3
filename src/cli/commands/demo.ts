import { demoTryThese } from '../../demo/try-these.ts';
import { demoRecords, makeDemo } from '../../library/demo.ts';
import { serve } from '../../web/process/serve.ts';
import { defineCommand } from '../command.ts';
import { portOption } from '../port-option.ts';

export const command = defineCommand({
  description: `Makes a library of ${demoRecords.toLocaleString('en')} invented records on the embedded database, if it is not there yet, and serves it until
Ctrl-C. Everything is kept in the data folder (${'`'}REPERIO_DATA${'`'}), so the next start takes a moment; delete that folder and nothing is left.`,
  examples: [
    { command: 'demo', doc: 'On http://127.0.0.1:8080, or where the settings say.' },
    { command: 'demo --port 8099', doc: 'On another port; 0 takes a free one.' },
  ],
  arguments: {},
  options: portOption,
  run: async ({ options, settings: given, signal, stderr, print }) => {
    const settings = { ...given(), port: options.port ?? given().port };
    const demo = await makeDemo({
      settings,
      signal,
      onMake: () => stderr.write(`Making a demo library in ${settings.dataFolder} ...\n`),
      onProgress: () => undefined,
    });
    try {
      await serve({
        // A newcomer reads this terminal: a line for each request would push away what to try.
        settings: { ...settings, logLevel: 'warn' },
        signal,
        log: stderr,
        onListening: (address) => {
          print(welcome(address, demo.records));
        },
      });
    } finally {
      await demo.release();
    }
    stderr.write('Stopped. `bin/reperio demo` starts it again, with everything still there.\n');
  },
});

function welcome(address: string, records: number): string {
  const width = Math.max(...demoTryThese.map(({ query }) => query.length));
  return [
    '',
    `  The demo library is open: ${address}`,
    `  ${records.toLocaleString('en')} records. Try`,
    '',
    ...demoTryThese.map(({ query, doc }) => `    ${query.padEnd(width)}   ${doc}`),
    '',
    "  In another terminal:  bin/reperio search 'higgs boson'",
    '                        bin/reperio load FILE --mode insert      your own records (MARCXML, ISO 2709, ...)',
    '                        bin/reperio person add you --role superadmin --password-stdin      to sign in as an administrator',
    '  Ctrl-C stops it.',
    '',
  ].join('\n');
}
