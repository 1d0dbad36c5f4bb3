import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentPath } from './content.ts';
import { listingPage } from './s3-listing.ts';

const digest = 'ab'.repeat(32);
const object = (key: string): string =>
  `<Contents><Key>${key}</Key><LastModified>2026-11-29T04:00:00.000Z</LastModified><ETag>&quot;x&quot;</ETag><Size>12</Size><Owner><ID>1</ID></Owner></Contents>`;
const answer = (inner: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>library</Name>${inner}</ListBucketResult>`;

test('objects below the prefix are read, and where the next page begins', () => {
  const page = listingPage(
    answer(
      `<IsTruncated>true</IsTruncated>${object(`a&amp;b/${contentPath(digest)}`)}${object('a&amp;b/README')}<NextContinuationToken>1&lt;2==</NextContinuationToken>`,
    ),
    'a&b/',
  );
  assert.deepEqual(page, {
    contents: [{ digest, bytes: 12, modified: new Date('2026-11-29T04:00:00Z') }],
    next: '1<2==',
  });
});

test('the last page has no next one, and may be empty', () => {
  assert.deepEqual(listingPage(answer('<IsTruncated>false</IsTruncated>'), ''), { contents: [], next: undefined });
});

test('what is no list, is cut, or has more and does not say where, is none', () => {
  for (const text of [
    '',
    'Service unavailable',
    '<Error><Code>NoSuchBucket</Code></Error>',
    answer('<IsTruncated>true</IsTruncated>'),
    answer(object('x')).slice(0, -30),
  ])
    assert.equal(listingPage(text, ''), undefined, text);
});
