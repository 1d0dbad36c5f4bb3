import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSite, defaultSiteText } from '../site/default.ts';
import { parseSite } from '../site/parse.ts';
import { checkQuery } from './check-query.ts';

test('the queries of the default site file are right', () => {
  assert.deepEqual(parseSite(defaultSiteText(), { query: checkQuery }).problems, []);
});

test('a query of a site file is told what a reader would be told, and which field it probably means', () => {
  const site = defaultSite();
  for (const query of ['980:"BOOK" or title:"a: b"', 'title:/a:b/', "author:'x' -245__a:y", 'recid:1->5']) {
    assert.equal(checkQuery(query, site), undefined, query);
  }
  assert.match(checkQuery('autor:ellis', site) ?? '', /no field 'autor'. Did you mean 'author'\?/);
  assert.match(checkQuery('title:"not closed', site) ?? '', /not closed/);
  for (const query of ['cited:5+', 'title:x or refersto:title:y'])
    assert.match(checkQuery(query, site) ?? '', /about citations/);
});
