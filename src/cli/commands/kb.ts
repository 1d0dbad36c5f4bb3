import type { CommandGroup } from '../command.ts';
import { apply } from './kb/apply.ts';
import { importFile, remove, set } from './kb/change.ts';
import { exportBase, list, show } from './kb/show.ts';

export const command: CommandGroup = {
  alone: 'list',
  description:
    'A knowledge base says which text stands for which, or which values a field may have. Those of the site file are read only.',
  commands: { list, show, set, import: importFile, export: exportBase, delete: remove, apply },
  synonyms: { remove: 'delete', add: 'set', load: 'import' },
};
