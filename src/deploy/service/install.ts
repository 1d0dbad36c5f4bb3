import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { unitFolder } from '../../cluster/render/unit-plan.ts';
import { type WrittenFile, writeFiles } from '../../cluster/render/write.ts';
import { UserError } from '../../errors/errors.ts';
import { serviceErrors } from './errors.ts';
import { type OwnService, ownUnits, usualData } from './own-units.ts';

/** Writes the units below `root` and has systemd read them, if it runs here. Throws UserError. */
export function installUnits(
  service: OwnService,
  { dryRun, root = '/' }: { readonly dryRun: boolean; readonly root?: string },
): readonly WrittenFile[] {
  const { user, data = usualData } = service;
  const files = ownUnits(service);
  if (spawnSync('id', ['-u', '--', user]).status !== 0) throw new UserError(serviceErrors.userUnknown, { user, data });
  try {
    const written = writeFiles(root, files, { dryRun });
    if (!dryRun && root === '/' && existsSync('/run/systemd/system')) spawnSync('systemctl', ['daemon-reload']);
    return written;
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (reason === undefined) throw error;
    throw new UserError(serviceErrors.notRoot, { folder: unitFolder, reason }, error);
  }
}
