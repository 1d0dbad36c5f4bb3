import { once } from 'node:events';
import { demoFormats, exportDemo } from '../../demo/export.ts';
import { createDemoLibrary, defaultSeed } from '../../demo/library.ts';
import { defineCommand } from '../command.ts';

export const command = defineCommand({
  description:
    'The records are invented, but look like those of a research laboratory: papers, theses, books, reports and photographs in eleven ' +
    'languages, which cite each other. The same seed always gives the same records, so that a library can be made in parts.',
  examples: [
    { command: 'demo-data --records 2000 > demo.xml', doc: 'A small library as MARCXML.' },
    {
      command: 'demo-data --records 1000000 --format marcxml | reperio load - --mode insert',
      doc: 'A large library, loaded while it is written.',
    },
    { command: 'demo-data --records 500 --from 2001 --format json', doc: 'The 500 records after the first 2,000.' },
  ],
  arguments: {},
  options: {
    records: { type: 'number', value: 'N', minimum: 0, doc: 'How many records; default 2000.' },
    format: { type: 'text', value: 'FORMAT', choices: demoFormats, doc: 'The format; default marcxml.' },
    seed: {
      type: 'number',
      value: 'N',
      minimum: 0,
      maximum: 0xffffffff,
      doc: `Another seed, another library; default ${defaultSeed}.`,
    },
    from: { type: 'number', value: 'N', minimum: 1, doc: 'Number of the first record; default 1.' },
  },
  run: async ({ options, signal, stdout, stderr }) => {
    const chunks = exportDemo({
      library: createDemoLibrary(options.seed),
      format: demoFormats.find((format) => format === options.format) ?? 'marcxml',
      from: options.from ?? 1,
      count: options.records ?? 2000,
      onShortened: (number, authors) => {
        stderr.write(
          `Record ${number}: ${authors} authors do not fit into ISO 2709; another format has all of them.\n`,
        );
      },
    });
    for (const chunk of chunks) {
      signal.throwIfAborted();
      if (!stdout.write(chunk)) await once(stdout, 'drain', { signal });
    }
  },
});
