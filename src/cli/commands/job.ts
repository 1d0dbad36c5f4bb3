import type { CommandGroup } from '../command.ts';
import { add } from './job/add.ts';
import { log } from './job/log.ts';
import { unschedule } from './job/schedules.ts';
import { show } from './job/show.ts';
import { acknowledge, priority, remove, runNow, sleep, stop, wake } from './job/wishes.ts';

export const command: CommandGroup = {
  ofNumber: 'show',
  commands: { add, show, log, sleep, wake, stop, 'run-now': runNow, priority, acknowledge, delete: remove, unschedule },
  synonyms: { list: 'show', cancel: 'stop', pause: 'sleep', resume: 'wake', retry: 'wake', remove: 'delete' },
};
