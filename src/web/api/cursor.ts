import { createHash } from 'node:crypto';
import { UserError } from '../../errors/errors.ts';
import type { Position } from '../../search/cursor.ts';
import { webErrors } from '../http/errors.ts';

/**
 * A cursor as text: a position, and a check that it belongs to this question. It is no secret and
 * gives no right: whoever makes one up gets another page of what he may see.
 */
export function writeCursor(position: Position, question: string): string {
  const payload = JSON.stringify([position.key, position.id]);
  return `${check(payload, question)}${Buffer.from(payload).toString('base64url')}`;
}

/** Throws UserError when it is none, or another question's. */
export function readCursor(text: string, question: string): Position {
  const payload = Buffer.from(text.slice(checkLength), 'base64url').toString();
  if (text.length <= checkLength || check(payload, question) !== text.slice(0, checkLength))
    throw new UserError(webErrors.cursorWrong);
  const position = positionIn(payload);
  if (position === undefined) throw new UserError(webErrors.cursorWrong);
  return position;
}

/** The check can be made by anybody. */
function positionIn(payload: string): Position | undefined {
  try {
    const parts: unknown = JSON.parse(payload);
    if (!Array.isArray(parts) || parts.length !== 2) return undefined;
    const [key, id] = parts as readonly unknown[];
    const isKey = key === null || typeof key === 'number' || typeof key === 'string';
    return isKey && Number.isSafeInteger(id) ? { key, id: id as number } : undefined;
  } catch {
    return undefined;
  }
}

const checkLength = 8;

function check(payload: string, question: string): string {
  return createHash('sha256').update(`${question}\n${payload}`).digest('base64url').slice(0, checkLength);
}
