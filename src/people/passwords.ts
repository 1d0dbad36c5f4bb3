import { UserError } from '../errors/errors.ts';
import { accessErrors } from './errors.ts';
import { hashOfNobody, hashPassword, verifyPassword } from './password-hash.ts';

const shortest = 8;
const longest = 1000;

/**
 * Throws `passwordWrong` for a new password that cannot be taken. Those of a site file are taken as
 * they are.
 */
export function checkNewPassword(password: string, person: { readonly name: string; readonly email: string }): void {
  const refuse = (reason: string): never => {
    throw new UserError(accessErrors.passwordWrong, { reason });
  };
  if ([...password].length < shortest) refuse(`it has fewer than ${shortest} characters`);
  if (password.length > longest) refuse(`it has more than ${longest} characters`);
  if (/\p{Cc}/u.test(password)) refuse('it has a control character, such as a line break');
  const plain = password.toLowerCase();
  if ([person.name, person.email].some((text) => text.toLowerCase() === plain))
    refuse('it is the name or the e-mail address');
  if (new Set(plain).size < 3) refuse('it has only one or two different characters');
}

/** Each takes 128 MB and a core for a third of a second. */
const atOnce = 2;
const mostWaiting = 40;
let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= atOnce) {
    if (waiting.length >= mostWaiting) throw new UserError(accessErrors.signInBusy);
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running++;
  try {
    return await work();
  } finally {
    // The turn goes to the next one, or back.
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}

/** Takes the same time whether or not there is a hash. Throws `signInBusy` when too many wait. */
export async function passwordFits(password: string, hash: string | undefined): Promise<boolean> {
  const fits = await inTurn(() => verifyPassword(password, hash ?? hashOfNobody()));
  return fits && hash !== undefined;
}

/** For a password that was checked. */
export function hashNewPassword(password: string): Promise<string> {
  return inTurn(() => hashPassword(password));
}
