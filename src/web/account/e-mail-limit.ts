import { UserError } from '../../errors/errors.ts';
import { countAttempts } from '../../people/throttle.ts';
import { tidyEmail } from '../../site/identity.ts';
import type { Database } from '../../store/database.ts';

/**
 * A mailbox gets a few e-mails at most, whoever asks for them. Who asks is told the same in any
 * case.
 */
export async function mayWriteTo(database: Database, email: string): Promise<boolean> {
  try {
    await countAttempts(database, [{ kind: 'letter address', key: tidyEmail(email) }]);
    return true;
  } catch (error) {
    if (error instanceof UserError && error.status === 429) return false;
    throw error;
  }
}
