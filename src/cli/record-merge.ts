import { defineSubcommand, jsonOption } from './command.ts';
import { recordNumber } from './read-version.ts';

const asOption = { as: { type: 'text', value: 'NAME', doc: 'Name of the cataloguer, for the history.' } } as const;

export const merge = defineSubcommand({
  summary: 'Make one record of two: the first stays, the second leads to it.',
  description: `The first keeps its fields and gets the identifiers of the second (to choose field by field there is the page /merge/FIRST/SECOND). The second is deleted and names the first in 970__d; its documents are moved, and what comes again under its identifiers updates the first.
\`record unmerge SECOND\` takes it back.`,
  examples: [
    { command: 'record merge 12 345 --dry-run', doc: 'What record 12 would become.' },
    { command: 'record merge 12 345 --as ada', doc: 'Record 345 becomes a part of record 12.' },
  ],
  arguments: { id: { doc: 'Number of the record that stays.' }, other: { doc: 'Number of the record that goes.' } },
  options: { ...asOption, 'dry-run': { type: 'flag', doc: 'Change nothing.' }, ...jsonOption },
  failureStatus: 2,
  run: async ({ arguments: given, options, settings, print, printJson }) => {
    const [id, other] = [recordNumber(given.id), recordNumber(given.other)];
    const { mergeAs, mergedText } = await import('./record-merging.ts');
    if (options['dry-run']) return print(await mergedText(settings(), id, other));
    const done = await mergeAs(settings(), options.as, id, other);
    if (options.json) return printJson(done);
    print(`Record ${other} is merged into record ${id}. To take this back: reperio record unmerge ${other}`);
    for (const warning of done.warnings) print(warning);
  },
});

export const unmerge = defineSubcommand({
  summary: 'Take the merge of a record into another one back.',
  description: 'Both records are again what they were; what others have changed since in the one that stayed is kept.',
  examples: [{ command: 'record unmerge 345', doc: 'Record 345 is a record of its own again.' }],
  arguments: { id: { doc: 'Number of the record that was merged into another one.' } },
  options: { ...asOption, ...jsonOption },
  failureStatus: 2,
  run: async ({ arguments: given, options, settings, print, printJson }) => {
    const id = recordNumber(given.id);
    const { unmergeAs } = await import('./record-merging.ts');
    const done = await unmergeAs(settings(), options.as, id);
    if (options.json) return printJson(done);
    print(`Record ${id} is no longer a part of record ${done.survivor}.`);
  },
});
