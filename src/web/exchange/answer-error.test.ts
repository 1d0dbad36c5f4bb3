import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../errors/errors.ts';
import { createFailureBook } from '../../monitor/failures/failure-book.ts';
import { storeErrors } from '../../store/errors.ts';
import { createApp } from '../app.ts';
import { articleLibrary } from '../test-articles.ts';

test('what a disk or a database says of our files is for the log: readers are told what it means for them', async () => {
  const secret = 'could not extend file "base/13489/16658"';
  for (const [kind, status] of [
    [storeErrors.diskFull, 507],
    [storeErrors.folderDenied, 500],
    [storeErrors.databaseRefused, 503],
  ] as const) {
    const library = {
      ...articleLibrary(),
      stored: () => Promise.reject(new UserError(kind, { reason: secret, folder: secret, place: secret })),
    };
    const app = createApp(library);
    for (const url of ['/record/1', '/api/records/1', '/record/1?of=xm', '/record/1?ln=fr']) {
      const answer = await app.inject(url);
      assert.equal(answer.statusCode, status, url);
      assert.doesNotMatch(answer.body, /extend file|DATABASE_URL|REPERIO_DATA/, url);
    }
    await app.close();
  }
});

test('what is not the fault of the reader is counted as a failure, by route; the rest is not', async () => {
  const failures = createFailureBook('web1');
  const thrown: readonly unknown[] = [
    new TypeError('nothing there'),
    new UserError(storeErrors.statementTimeout, { reason: 'canceling statement' }),
    new UserError(storeErrors.databaseRefused, { reason: 'x' }),
    new UserError(storeErrors.databaseAway, { reason: 'x' }),
  ];
  for (const error of thrown) {
    const app = createApp({ ...articleLibrary(), stored: () => Promise.reject(error) }, { failures });
    for (const id of [1, 2]) await app.inject(`/record/${id}?token=hunter2&ln=fr`);
    await app.inject('/record/x');
    await app.inject('/nothing');
    await app.close();
  }
  const counted = failures.take();
  assert.deepEqual(
    counted.map(({ kind, type, code, place, count }) => [kind, type, code, place, count]),
    [
      ['request', 'TypeError', '', 'GET /record/:id', 2],
      ['statement', 'UserError', 'REPERIO_STATEMENT_TIMEOUT', 'GET /record/:id', 2],
      ['request', 'UserError', 'REPERIO_DATABASE_REFUSED', 'GET /record/:id', 2],
    ],
  );
  assert.match(counted[0]!.samples[0]!.address ?? '', /^GET \/record\/2\?token=/);
  assert.doesNotMatch(JSON.stringify(counted), /hunter2/);
});
