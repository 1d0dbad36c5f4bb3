import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../errors/errors.ts';
import { storeErrors } from '../../store/errors.ts';
import { createApp } from '../app.ts';
import { articleLibrary } from '../test-articles.ts';

test('what a disk or a database says of our files is for the log: readers are told what it means for them', async () => {
  const secret = 'could not extend file "base/13489/16658"';
  for (const [kind, status] of [
    [storeErrors.diskFull, 507],
    [storeErrors.folderDenied, 500],
    [storeErrors.databaseRefused, 500],
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
