import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword, verifyPassword } from './password-hash.ts';

test('a hash costs what OWASP recommends, says so, and fits its password only', async () => {
  const hash = await hashPassword('a quiet library');
  assert.match(hash, /^scrypt\$131072\$8\$1\$/);
  assert.ok(await verifyPassword('a quiet library', hash));
  assert.ok(!(await verifyPassword('a quiet Library', hash)));
});
