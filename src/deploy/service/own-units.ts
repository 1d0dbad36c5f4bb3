import { existsSync } from 'node:fs';
import type { RenderedFile } from '../../cluster/render/rendered-file.ts';
import { secretsFile, settingsFile } from '../../cluster/render/settings.ts';
import { isListenAddress, renderNodeUnits } from '../../cluster/render/systemd.ts';
import { readSettings } from '../../config/settings.ts';
import { UserError } from '../../errors/errors.ts';
import { serviceErrors } from './errors.ts';

export interface OwnService {
  /** REPERIO_DATA; undefined: the usual folder of a service. */
  readonly data: string | undefined;
  /**
   * REPERIO_CONFIG; undefined: /etc/reperio/reperio.yaml, if it is there, else that of the data
   * folder.
   */
  readonly config: string | undefined;
  /** Folder, or link to the folder, of the release in force. */
  readonly release: string;
  readonly user: string;
}

export const usualData = '/var/lib/reperio';
export const usualUser = 'reperio';

/**
 * The units of this machine, for a library without a cluster file: by the settings that the service
 * will read, not by the environment of who asks. Throws UserError.
 */
export function ownUnits({ data = usualData, config, release, user }: OwnService): readonly RenderedFile[] {
  const settings = config ?? (existsSync(settingsFile) ? settingsFile : undefined);
  refuseHomes({ 'the release': release, 'the data folder': data });
  const read = readSettings({ REPERIO_DATA: data, ...(settings === undefined ? {} : { REPERIO_CONFIG: settings }) });
  const { host, port, statusPort, files, backup, smsGateway, databaseUrl } = read.settings;
  if (!isListenAddress(host)) throw new UserError(serviceErrors.hostNoAddress, { host, file: read.file });
  if (port === 0) throw new UserError(serviceErrors.portAny, { file: read.file });
  return renderNodeUnits({
    ...{ release, data, user, settings, host, port, statusPort },
    files: files?.startsWith('/') ? files : undefined,
    backup: backup?.startsWith('/') ? backup : undefined,
    spool: smsGateway?.startsWith('spool:/') ? smsGateway.slice('spool:'.length) : undefined,
    secrets: { path: secretsFile, optional: true },
    embedded: databaseUrl === undefined,
    by: '`reperio service install`',
  });
}

const examples = { 'the release': '/opt/reperio/current', 'the data folder': usualData } as const;

/** What ProtectHome= hides. */
function refuseHomes(folders: Readonly<Record<keyof typeof examples, string>>): void {
  for (const what of ['the release', 'the data folder'] as const)
    if (/^\/(home|root|run\/user)(\/|$)/.test(folders[what]))
      throw new UserError(serviceErrors.inHome, { what, path: folders[what], example: examples[what] });
}
