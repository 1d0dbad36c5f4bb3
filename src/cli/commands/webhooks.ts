import type { CommandGroup } from '../command.ts';
import { add } from './webhooks/add.ts';
import { list, off, on, remove } from './webhooks/list.ts';
import { log, resend } from './webhooks/log.ts';
import { test } from './webhooks/test.ts';

export const command: CommandGroup = {
  alone: 'list',
  commands: { list, add, test, log, resend, on, off, remove },
  synonyms: { delete: 'remove', try: 'test', history: 'log', retry: 'resend', enable: 'on', disable: 'off' },
};
