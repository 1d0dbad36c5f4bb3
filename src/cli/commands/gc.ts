import { installationFolder } from '../../config/settings.ts';
import { openContentStore } from '../../files/open.ts';
import { parseAge } from '../../maintain/gc/age.ts';
import { collectGarbage, kindsNamed } from '../../maintain/gc/collect.ts';
import type { GcKind } from '../../maintain/gc/kind.ts';
import { gcKindNames } from '../../maintain/gc/kinds.ts';
import { openStore } from '../../store/open.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { gcJson, gcLines } from '../gc-text.ts';
import { createProgress, type Progress } from '../progress.ts';
import { requireLibrary } from '../require-library.ts';
import { windowOf } from '../terminal.ts';

export const command = defineCommand({
  description: `Each kind has its rule and its age: see docs/garbage-collection.md. Without names all kinds are removed but \`revisions\`. The task \`gc\` removes every night
what can be removed without asking. Exit status 1: something could not be removed, or there was suspiciously much to remove.`,
  examples: [
    { command: 'gc --dry-run', doc: 'What would be removed, and why. Nothing is changed.' },
    { command: 'gc', doc: 'Remove it.' },
    { command: 'gc documents --older-than 2d', doc: 'Bytes that no file has named for two days.' },
    {
      command: 'gc revisions --older-than 10y --dry-run',
      doc: 'Old versions of records, which are never removed unasked.',
    },
  ],
  arguments: {
    kinds: {
      doc: 'Kinds, as `gc --dry-run` lists them, and revisions; without names all but revisions.',
      optional: true,
      many: true,
      choices: gcKindNames,
    },
  },
  options: {
    'dry-run': { type: 'flag', doc: 'Only say what would be removed.' },
    'older-than': {
      type: 'text',
      value: 'AGE',
      doc: 'Another age for the kinds that are named: 90min, 12h, 30d, 8w, 2y.',
    },
    yes: { type: 'flag', doc: 'Remove documents also when they are more than a tenth of all.' },
    ...jsonOption,
  },
  failureStatus: 2,
  run: async ({
    arguments: { kinds: names },
    options,
    settings,
    environment,
    signal,
    stdout,
    stderr,
    print,
    printJson,
  }) => {
    const olderThan = options['older-than'] === undefined ? undefined : parseAge(options['older-than']);
    const kinds = kindsNamed(names, olderThan);
    const dryRun = options['dry-run'];
    const given = settings();
    const library = await openStore(requireLibrary(given), { signal });
    let progress: Progress | undefined;
    const onKind = ({ unit }: GcKind): void => {
      progress?.finish();
      progress = createProgress({ stream: stderr, unit });
    };
    try {
      const { database } = library;
      const context = { database, store: openContentStore(database, given), settings: given, signal, now: Date.now };
      const collected = await collectGarbage(
        { ...context, release: installationFolder, advance: (count) => progress?.advance(count) },
        { kinds, olderThan, dryRun, anyway: options.yes, onKind },
      );
      progress?.finish();
      const shown = { dryRun, all: names.length === 0 };
      if (options.json) printJson(gcJson(collected, dryRun));
      else for (const line of gcLines(collected, shown, windowOf(stdout, environment))) print(line);
      return collected.some(({ problem }) => problem !== undefined) ? 1 : 0;
    } finally {
      await library.release();
    }
  },
});
