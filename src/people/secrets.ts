import { createHash, randomBytes } from 'node:crypto';

/** 256 bits that nobody guesses, in base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a secret. It has 256 bits of its own, so a fast hash without salt is enough. */
export function secretHash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Has it the form of one of ours? Anything else is not worth a question to the database. */
export function isSecret(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}
