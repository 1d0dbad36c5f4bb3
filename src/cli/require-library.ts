import type { Settings } from '../config/settings.ts';
import { UserError } from '../errors/errors.ts';
import { hasEmbedded } from '../store/embedded/made.ts';
import { cliErrors } from './errors.ts';

/**
 * For commands that need what is in a library. Throws where there is none: an empty one in a folder
 * whose name was mistyped would only seem to answer.
 */
export function requireLibrary(settings: Settings): Settings {
  const { databaseUrl, dataFolder } = settings;
  if (databaseUrl === undefined && !hasEmbedded(dataFolder))
    throw new UserError(cliErrors.noLibrary, { folder: dataFolder });
  return settings;
}
