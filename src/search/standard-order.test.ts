import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyRequest } from './request.ts';
import { requestOf } from './request-url.ts';
import { newestFirst, orderAsked } from './standard-order.ts';
import { testAnalyzer, testSite } from './testing/library.ts';
import { toArguments } from './url-of-request.ts';

const names = { isField: () => false, isFacet: () => false };
const request = (address: string) => requestOf(new URLSearchParams(address), names);
const rankOf = (address: string) => orderAsked(request(address), testSite, testAnalyzer).rank;

test('words come by relevance; names, numbers, wildcards and limits alone the newest first', () => {
  for (const words of [
    'p=higgs',
    'p=title:higgs',
    'p="higgs boson"',
    'p1=higgs&m1=a',
    'p=1996',
    'p=higgs author:ellis',
  ])
    assert.equal(rankOf(words), 'wrd', words);
  const others = ['', 'p=', 'cc=Books', 'p=author:ellis', 'p=year:1996', 'p=recid:3', 'p=-higgs', 'p=hig*', 'p=/hig/'];
  for (const other of others) assert.equal(rankOf(other), '', other);
});

test('addresses of Invenio keep the newest first, and so does whoever asks for it', () => {
  const old = ['sf=', 'so=d', 'rm=', 'as=0', 'sc=0', 'of=hb', 'of=id', 'of=xm'];
  for (const one of old)
    assert.deepEqual(orderAsked(request(`p=higgs&${one}`), testSite, testAnalyzer), newestFirst, one);
  // The same hits in another dress are no address of Invenio.
  for (const view of ['sc=1', 'of=hd', 'of=hm']) assert.equal(rankOf(`p=higgs&${view}`), 'wrd', view);
  const orderIn = (query: string) => toArguments(request(query)).filter(([name]) => name === 'so');
  assert.deepEqual(orderIn('p=higgs&so=d'), [['so', 'd']]);
  assert.deepEqual(orderIn('p=higgs'), []);
  assert.deepEqual(orderAsked({ ...emptyRequest, text: 'higgs' }, testSite, testAnalyzer), newestFirst);
  const asked = orderAsked(request('p=higgs&sf=title&so=a'), testSite, testAnalyzer);
  assert.deepEqual(asked, { sort: 'title', ascending: true, rank: '' });
});

test('the site file has an order for all, for a collection and for what is below it', () => {
  const site = {
    ...testSite,
    order: 'newest',
    collections: testSite.collections.map((home) => ({
      ...home,
      children: home.children.map((one) => ({
        ...one,
        order: { Books: 'title', Papers: 'cited' }[one.name as 'Books'],
      })),
    })),
  };
  const ordered = (address: string) => orderAsked(request(address), site, testAnalyzer);
  assert.deepEqual(ordered('p=higgs'), newestFirst);
  assert.deepEqual(ordered('cc=Books'), { sort: 'title', ascending: true, rank: '' });
  assert.deepEqual(ordered('p=higgs&c=Books'), { sort: 'title', ascending: true, rank: '' });
  assert.deepEqual(ordered('cc=Articles'), { sort: 'cited', ascending: false, rank: '' });
  assert.deepEqual(ordered('cc=Outside'), newestFirst);
});
