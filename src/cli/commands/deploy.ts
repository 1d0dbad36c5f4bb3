import type { CommandGroup } from '../command.ts';
import { lock, unlock } from './deploy/lock.ts';
import { log } from './deploy/log.ts';
import { look, record } from './deploy/look.ts';
import { plan } from './deploy/plan.ts';
import { resume, rollback, run } from './deploy/run.ts';
import { status } from './deploy/status.ts';

export const command: CommandGroup = {
  description: 'Brings a release to all hosts of cluster.yaml over ssh, and back. See docs/deploying.md.',
  commands: { plan, run, status, resume, rollback, log, lock, unlock, look, record },
  synonyms: { undo: 'rollback', revert: 'rollback', continue: 'resume', history: 'log' },
};
