import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from './wait.ts';

test('what is waited for is given as soon as it is found, and an error is "not yet"', async () => {
  const answers: (() => string | undefined | false)[] = [
    () => undefined,
    () => false,
    () => {
      throw new Error('not yet');
    },
    () => 'found',
    () => assert.fail('looked again'),
  ];
  assert.equal(await waitFor('it', () => answers.shift()!()), 'found');
});

test('what does not come about is named, with what stood in the way last', async () => {
  const looked = waitFor('the end', () => Promise.reject(new Error('no answer')), 20);
  await assert.rejects(looked, { message: 'the end did not come about in 20 ms: no answer' });
});
