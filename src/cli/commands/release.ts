import type { CommandGroup } from '../command.ts';
import { recipe } from './release/recipe.ts';
import { show } from './release/show.ts';
import { verify } from './release/verify.ts';

export const command: CommandGroup = { commands: { show, verify, recipe } };
