import type { CommandGroup } from '../command.ts';
import { find, list } from './duplicates/find.ts';
import { notSame, same } from './duplicates/not-same.ts';

export const command: CommandGroup = {
  alone: 'list',
  commands: { find, list, 'not-same': notSame, same },
  synonyms: { run: 'find', show: 'list', undo: 'same' },
};
