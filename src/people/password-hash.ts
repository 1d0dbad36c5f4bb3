import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** OWASP's recommendation for scrypt: N = 2^17, r = 8, p = 1, which takes 128 MB for a moment. */
const usualCost: Cost = { N: 131_072, r: 8, p: 1 };
let cost = usualCost;
const largestMemory = 160 * 1024 * 1024;
const length = 32;

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** For tests, which make hundreds: those of this process take a moment only from now on. */
export function hashCheaply(): void {
  cost = { ...usualCost, N: 1024 };
}

/** "scrypt$N$r$p$salt$hash", salt and hash in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64'), hash.toString('base64')].join('$');
}

/** A hash that no password fits, which takes as long to compare as that of somebody. */
export function hashOfNobody(): string {
  const [salt, hash] = [Buffer.alloc(16, 1), Buffer.alloc(length, 2)].map((bytes) => bytes.toString('base64'));
  return ['scrypt', cost.N, cost.r, cost.p, salt, hash].join('$');
}

export function isPasswordHash(text: string): boolean {
  return text.startsWith('scrypt$');
}

/** Is it the password that was hashed? A stored text that is no hash of ours fits none. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [kind, N, r, p, salt = '', hash = ''] = stored.split('$');
  const expected = Buffer.from(hash, 'base64');
  if (kind !== 'scrypt' || expected.length !== length) return false;
  const given = await derive(password, Buffer.from(salt, 'base64'), { N: Number(N), r: Number(r), p: Number(p) });
  return timingSafeEqual(given, expected);
}

function derive(password: string, salt: Buffer, { N, r, p }: Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, length, { N, r, p, maxmem: largestMemory }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
