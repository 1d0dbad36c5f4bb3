import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger, logTask } from './log.ts';

test('a problem that stays is logged again after an hour, another one at once', () => {
  const lines: string[] = [];
  const logger = createLogger({ logLevel: 'warn' }, { write: (line) => void lines.push(JSON.parse(line).msg) });
  const say = (problem: string | undefined, minutes: number): void =>
    logTask(logger, 'inbox', { did: 'Nothing new.', ...(problem !== undefined && { problem }) }, minutes * 60_000);
  for (const minutes of [0, 1, 59, 60, 61]) say('a.xml lies there.', minutes);
  say('b.xml lies there.', 62);
  say(undefined, 63);
  say('b.xml lies there.', 64);
  assert.deepEqual(
    lines,
    ['a', 'a', 'b', 'b'].map((name) => `Task inbox: Nothing new. ${name}.xml lies there.`),
  );
});
