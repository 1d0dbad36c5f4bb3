import type { CommandGroup } from '../command.ts';
import { add } from './harvest/add.ts';
import { change } from './harvest/change.ts';
import { history } from './harvest/history.ts';
import { list, remove, show } from './harvest/list.ts';
import { run } from './harvest/run.ts';
import { test } from './harvest/test.ts';

export const command: CommandGroup = {
  alone: 'list',
  commands: { add, change, list, show, test, run, history, remove },
  synonyms: {
    delete: 'remove',
    edit: 'change',
    set: 'change',
    try: 'test',
    log: 'history',
    runs: 'history',
    start: 'run',
  },
};
