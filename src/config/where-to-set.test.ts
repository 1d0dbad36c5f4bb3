import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whereToSet } from './where-to-set.ts';

const said = (hint: string): string => whereToSet(hint, { REPERIO_DATA: '/data' });

test('a hint that names settings says where they are written, and what takes effect how', () => {
  assert.equal(
    said('An operator can name the host in the setting `webhook-hosts`.'),
    ' Write `webhook-hosts: ...` into /data/reperio.yaml and reload `serve` (SIGHUP), or set REPERIO_WEBHOOK_HOSTS in the environment and restart it.',
  );
  assert.match(
    said('Check the settings `files`, `s3-key` and `backup`.'),
    /`files: \.\.\.`, `s3-key: \.\.\.`, `backup: \.\.\.`.*reload `serve` \(SIGHUP\), or set REPERIO_FILES, REPERIO_S3_KEY, REPERIO_BACKUP /,
  );
  assert.match(said('The settings `host`, `port` and `base-url`'), / and restart `serve`, or set .* and restart it\.$/);
  assert.match(said('No DOI is sent: set `datacite-user`, `base-url`.'), /REPERIO_BASE_URL, REPERIO_DATACITE_USER/);
  assert.match(whereToSet('The setting `host`', { REPERIO_CONFIG: '/etc/reperio.yaml' }), /into \/etc\/reperio\.yaml/);
  assert.equal(said('Make one with `reperio backup`. No setting does it; `files` are kept.'), '');
});
