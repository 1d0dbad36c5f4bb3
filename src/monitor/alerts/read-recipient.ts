import { parseEmergency } from '../../config/emergency.ts';
import { UserError } from '../../errors/errors.ts';
import { alertErrors } from './errors.ts';
import { type Recipient, recipientOf } from './recipients.ts';

/** A recipient as somebody typed it. Throws `recipientWrong`. */
export function readRecipient(text: string): Recipient {
  const { duties, problem } = parseEmergency(`* = ${text}`);
  const [address, ...others] = duties.flatMap(({ recipients }) => recipients);
  if (problem !== undefined || address === undefined || others.length > 0)
    throw new UserError(alertErrors.recipientWrong, { text, reason: problem?.reason ?? 'it is more than one' });
  return recipientOf(address, 'asked for');
}
