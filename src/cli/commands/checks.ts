import type { CommandGroup } from '../command.ts';
import { accept, ignore, reopen } from './checks/decide.ts';
import { findings, list } from './checks/list.ts';
import { fix, run } from './checks/run.ts';

export const command: CommandGroup = {
  alone: 'list',
  commands: { run, list, findings, fix, accept, ignore, reopen },
  synonyms: { show: 'findings', rules: 'list', apply: 'fix' },
};
