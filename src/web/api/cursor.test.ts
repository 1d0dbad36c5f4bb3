import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { readCursor, writeCursor } from './cursor.ts';

test('a cursor that somebody has made up is refused, though its check is right', () => {
  const position = { key: 'a', id: 7 };
  assert.deepEqual(readCursor(writeCursor(position, 'q'), 'q'), position);
  for (const payload of ['no JSON', 'null', '{}', '[1]', '[{}, 1]', '["a", "1"]', '["a", 1.5]']) {
    const check = createHash('sha256').update(`q\n${payload}`).digest('base64url').slice(0, 8);
    const text = `${check}${Buffer.from(payload).toString('base64url')}`;
    assert.throws(() => readCursor(text, 'q'), { code: 'REPERIO_CURSOR_WRONG' }, payload);
  }
});
