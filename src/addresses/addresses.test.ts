import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressRules, having, patternOf, robotsText } from './addresses.ts';

test('paths are as routes write them: one part, everything below, a slash at the end or not', () => {
  const fits = (path: string, asked: string): boolean => new RegExp(patternOf(path)).test(asked);
  assert.ok(fits('/search', '/search') && fits('/search', '/search/') && fits('/robots.txt', '/robots.txt'));
  assert.ok(!fits('/search', '/searches') && !fits('/search', '/search/facet') && !fits('/robots.txt', '/robots-txt'));
  assert.ok(fits('/record/:id/files', '/record/12/files') && !fits('/record/:id/files', '/record/12/filesystem'));
  assert.ok(fits('/api/*', '/api/search') && !fits('/api/*', '/api') && !fits('/api/*', '/api/'));
});

test('a property is that of the path, however it is spelled, and of no query', () => {
  const isFree = having('free');
  for (const url of ['/health/ready', '/health/ready?x=1', '/%68ealth/ready', 'http://library.example/robots.txt'])
    assert.ok(isFree(url), url);
  for (const url of ['/search?p=/robots.txt', '/search#/robots.txt', '/health', '/x/robots.txt', '/%zz'])
    assert.ok(!isFree(url), url);
});

test('whoever asks when all is late gets what is also answered when the site is closed', () => {
  for (const { path, whenLate, whenClosed } of addressRules) assert.ok(!whenLate || whenClosed, path);
});

test('robots.txt closes all that the table closes, with whatever begins so, and no more', () => {
  const [agent, ...all] = robotsText('https://l.example').trimEnd().split('\n');
  const lines = all.slice(0, -2);
  assert.equal(all.at(-1), 'Sitemap: https://l.example/sitemap.xml');
  assert.equal(agent, 'User-agent: *');
  assert.deepEqual(lines.toSorted(), [
    'Disallow: /account',
    'Disallow: /admin',
    'Disallow: /api/search',
    'Disallow: /api/suggest',
    'Disallow: /batchuploader',
    'Disallow: /edit',
    'Disallow: /feed',
    'Disallow: /held',
    'Disallow: /kb',
    'Disallow: /merge',
    'Disallow: /oai',
    'Disallow: /openurl',
    'Disallow: /preferences',
    'Disallow: /record/*/edit',
    'Disallow: /record/*/export/',
    'Disallow: /record/*/marc',
    'Disallow: /record/*/thumbnails/',
    'Disallow: /record/new',
    'Disallow: /rss',
    'Disallow: /search',
    'Disallow: /sru',
    'Disallow: /unapi',
    'Disallow: /upload',
  ]);
});
