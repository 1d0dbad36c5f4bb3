import type { CommandGroup } from '../command.ts';
import { continuous } from './backup/continuous.ts';
import { drill } from './backup/drill.ts';
import { list } from './backup/list.ts';
import { make } from './backup/make.ts';
import { verify } from './backup/verify.ts';

export const command: CommandGroup = { alone: 'make', commands: { make, list, verify, drill, continuous } };
