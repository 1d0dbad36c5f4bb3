import { sayNotSame, takeBackNotSame } from '../../../cataloguing/duplicates/clusters.ts';
import { cataloguingErrors } from '../../../cataloguing/errors.ts';
import { UserError } from '../../../errors/errors.ts';
import { readRecord } from '../../../records/history.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { recordNumber } from '../../read-version.ts';
import { withDatabase } from '../../with-database.ts';

const pairArguments = {
  a: { doc: 'Number of a record.' },
  b: { doc: 'Number of the other one.' },
} as const;

function pairOf({ a, b }: { readonly a: string; readonly b: string }): readonly [number, number] {
  const [one, other] = [recordNumber(a), recordNumber(b)];
  if (one === other) throw new UserError(cataloguingErrors.notSameSelf, { id: one });
  return [one, other];
}

export const notSame = defineSubcommand({
  summary: 'Say that two records are not the same: they are not listed together any more.',
  examples: [{ command: 'duplicates not-same 12 15 --as ada', doc: 'Remembered with who said it, and when.' }],
  arguments: pairArguments,
  options: { as: { type: 'text', value: 'NAME', doc: 'Who says so.' }, ...jsonOption },
  run: async ({ arguments: given, options, settings, print, printJson }) => {
    const [one, other] = pairOf(given);
    const isNew = await withDatabase(settings(), async (database) => {
      for (const id of [one, other]) await readRecord(database, id);
      return await sayNotSame(database, one, other, options.as);
    });
    if (options.json) return printJson({ a: one, b: other, new: isNew });
    print(isNew ? `Records ${one} and ${other} are not the same.` : 'That was said before.');
  },
});

export const same = defineSubcommand({
  summary: 'Take back that two records are not the same.',
  examples: [{ command: 'duplicates same 12 15', doc: 'They are listed again when they are alike.' }],
  arguments: pairArguments,
  options: { ...jsonOption },
  run: async ({ arguments: given, options, settings, print, printJson }) => {
    const [one, other] = pairOf(given);
    const was = await withDatabase(settings(), (database) => takeBackNotSame(database, one, other));
    if (options.json) return printJson({ a: one, b: other, taken: was });
    print(was ? `Records ${one} and ${other} may be the same again.` : 'Nobody had said that they are not.');
  },
});
