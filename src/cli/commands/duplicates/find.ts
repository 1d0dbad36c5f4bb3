import { clustersFor, openPairs } from '../../../cataloguing/duplicates/clusters.ts';
import { titlesOf } from '../../../cataloguing/duplicates/titles.ts';
import { grouped } from '../../../errors/grouped.ts';
import { finish } from '../../../index/work.ts';
import { openLibrary } from '../../../library/open.ts';
import { lookForDuplicates } from '../../../library/walk-jobs.ts';
import { compilePath } from '../../../marc/path.ts';
import { may } from '../../../people/person.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { operator, personNamed } from '../../person-option.ts';
import { requireLibrary } from '../../require-library.ts';

export const find = defineSubcommand({
  summary: 'Compare all records that are new or changed since the last time.',
  description:
    'Records that share a DOI, an ISBN, a report number, a number of arXiv, or title, year and first author, are compared as a whole. It is also a task of the night. It can be stopped at any time: the next one goes on from there.',
  examples: [{ command: 'duplicates find', doc: 'Then `duplicates list` shows what it found.' }],
  arguments: {},
  options: { ...jsonOption },
  run: async ({ settings, options, signal, stderr, print, printJson }) => {
    const library = await openLibrary(requireLibrary(settings()), signal);
    try {
      const found = await lookForDuplicates(library, {
        signal,
        onWait: (holder) => void stderr.write(`Waiting for ${holder}.\n`),
      });
      if (options.json) printJson(found);
      else print(`${grouped(found.records)} new or changed records compared, ${grouped(found.pairs)} pairs found.`);
    } finally {
      await library.close();
    }
  },
});

export const list = defineSubcommand({
  summary: 'List groups of records that may be the same, the most alike first.',
  examples: [
    { command: 'duplicates', doc: 'All that wait.' },
    { command: 'duplicates list --json', doc: 'With each pair and its score, for programs.' },
  ],
  arguments: {},
  options: {
    as: { type: 'text', value: 'NAME', doc: 'Only records that this person may see and change.' },
    limit: { type: 'number', value: 'N', minimum: 1, maximum: 100_000, doc: 'How many groups; default 100.' },
    ...jsonOption,
  },
  run: async ({ settings, options, signal, print, printJson }) => {
    const library = await openLibrary(requireLibrary(settings()), signal);
    try {
      const snapshot = library.snapshot();
      const person =
        options.as === undefined ? operator : await personNamed(library.database, snapshot.site, options.as);
      const clusters = finish(clustersFor(person, snapshot, await openPairs(library.database)));
      const some = clusters.slice(0, options.limit ?? 100);
      if (options.json) return printJson({ total: clusters.length, clusters: some });
      if (some.length === 0) return print('Nothing waits. `reperio duplicates find` looks for duplicates.');
      const hidden = may(snapshot.site, person, 'viewhiddenpaths') ? [] : snapshot.site.hiddenPaths.map(compilePath);
      const titles = await titlesOf(
        library.database,
        some.flatMap(({ records }) => records),
        hidden,
      );
      for (const { records, score } of some) {
        print(`${Math.round(100 * score)} %  ${records.join(' ')}`);
        for (const id of records) print(`       ${String(id).padStart(8)}  ${titles.get(id) ?? ''}`.trimEnd());
      }
      print('Merge two: `reperio record merge A B`; or say that they are not: `reperio duplicates not-same A B`.');
      if (some.length < clusters.length) print(`and ${grouped(clusters.length - some.length)} more groups`);
    } finally {
      await library.close();
    }
  },
});
