import { earlierVersions, newestVersions } from '../../site/index-versions.ts';
import { defineSubcommand, jsonOption } from '../command.ts';
import { withIndex } from '../index-work.ts';

/** Commands that make the whole index anew. */

export const rebuild = defineSubcommand({
  summary: 'Rebuild the index from the records, beside the live index.',
  description: 'Searching, loading and editing continue meanwhile; the new index replaces the old one in one step.',
  examples: [{ command: 'index rebuild', doc: 'Several thousand records a second.' }],
  arguments: {},
  options: jsonOption,
  run: async ({ settings, options, signal, stderr, print, printJson }) => {
    const { rebuilt } = await import('../index-making.ts');
    const records = await withIndex(settings(), signal, (context) => rebuilt(context, stderr));
    if (options.json) return printJson({ records });
    print(`The index was rebuilt from ${records} records.`);
  },
});

const anyway = {
  anyway: {
    type: 'flag',
    doc: 'Also when some nodes do not know these versions: they keep searching the index that they have until they are updated.',
  },
  ...jsonOption,
} as const;

export const upgrade = defineSubcommand({
  summary: 'Rebuild the index with the newest versions of this release, without waiting.',
  description:
    'A release that analyses records differently uses the index of the release before it until all nodes know the new versions; a minute later one of them rebuilds ' +
    'the index beside the live one and replaces it in one step. This command does so now. It also ends the effect of "index downgrade".',
  examples: [
    { command: 'index upgrade', doc: 'Refused while a node has an older release.' },
    {
      command: 'index upgrade --anyway',
      doc: 'Such a node then answers from the index as it last read it, and says so.',
    },
  ],
  arguments: {},
  options: anyway,
  run: async ({ settings, options, signal, stderr, print, printJson }) => {
    const { takeVersions, told } = await import('../index-making.ts');
    const report = await withIndex(settings(), signal, (context) =>
      takeVersions(context, stderr, { versions: newestVersions, kept: false, anyway: options.anyway }),
    );
    options.json ? printJson(report) : print(told(report));
  },
});

export const downgrade = defineSubcommand({
  summary:
    'Rebuild the index with the versions of the release before this one, so that it can serve the library again.',
  description: 'The index keeps these versions until "index upgrade". Then nodes can go back to the earlier release.',
  examples: [{ command: 'index downgrade', doc: 'Before going back to the earlier release.' }],
  arguments: {},
  options: anyway,
  run: async ({ settings, options, signal, stderr, print, printJson }) => {
    const { takeVersions, told } = await import('../index-making.ts');
    const report = await withIndex(settings(), signal, (context) =>
      takeVersions(context, stderr, { versions: earlierVersions, kept: true, anyway: options.anyway }),
    );
    options.json ? printJson(report) : print(told(report));
  },
});
