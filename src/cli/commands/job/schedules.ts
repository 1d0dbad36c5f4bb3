import { deleteSchedule, listSchedules } from '../../../jobs/queue/schedules.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { scheduleTable } from '../../job-text.ts';
import { readScheduleId } from '../../read-job-id.ts';
import { windowOf } from '../../terminal.ts';
import { withDatabase } from '../../with-database.ts';

export const schedules = defineSubcommand({
  summary: 'List jobs that are asked for again and again.',
  description: '`reperio job add KIND --every` or `--cron` makes a schedule, `reperio job unschedule` deletes it.',
  examples: [
    { command: 'jobs schedules', doc: 'The next first.' },
    { command: 'jobs schedules --json', doc: 'For programs.' },
  ],
  arguments: {},
  options: jsonOption,
  run: async ({ options, settings, environment, stdout, print, printJson }) => {
    const found = await withDatabase(settings(), listSchedules);
    if (options.json) return printJson(found);
    if (found.length === 0) return print('There are no schedules. `reperio job add load FILE --every 1d` makes one.');
    for (const line of scheduleTable(found, windowOf(stdout, environment))) print(line);
  },
});

export const unschedule = defineSubcommand({
  summary: 'Delete schedules; jobs that they have made stay.',
  examples: [{ command: 'job unschedule 3', doc: 'It makes no more jobs.' }],
  arguments: { schedule: { doc: 'The numbers of the schedules.', many: true } },
  options: {},
  run: async ({ arguments: { schedule }, settings, print }) => {
    await withDatabase(settings(), async (database) => {
      for (const id of schedule.map(readScheduleId)) {
        await deleteSchedule(database, id);
        print(`Schedule ${id} is deleted.`);
      }
    });
  },
});
