import { randomBytes, scrypt } from 'node:crypto';

/** OWASP's recommendation for scrypt: N = 2^17, r = 8, p = 1, which takes 128 MB for a moment. */
const cost = { N: 131_072, r: 8, p: 1, maxmem: 160 * 1024 * 1024 };
const length = 32;

/** "scrypt$N$r$p$salt$hash", salt and hash in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await new Promise<Buffer>((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, length, cost, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64'), hash.toString('base64')].join('$');
}
