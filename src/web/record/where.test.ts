import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { field } from '../../formats/test-records.ts';
import { defaultSite } from '../../site/default.ts';
import { createApp } from '../app.ts';
import { memoryLibrary } from '../test-library.ts';

const app = createApp(
  memoryLibrary(defaultSite(), [
    {
      leader: '',
      fields: [
        field('245__', '$aOn the shelf'),
        field('020__', '$aISBN 0-306-40615-2 (pbk.) :$z0804429573'),
        field('8520_', '$aMain <Library>$cReading room$hQC174.12$i.G74 2005$t2$zIn place'),
        field('86631', '$av.1-6'),
        field('850__', '$aOther library'),
      ],
    },
    { leader: '', fields: [field('245__', '$aNowhere')] },
  ]),
  { baseUrl: 'https://library.example' },
);
after(() => app.close());

const plain = (page: string): string => page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

test('the page says where a work is, in the language of the reader, and leads along the shelf', async () => {
  const { body } = await app.inject('/record/1');
  const text = plain(body);
  assert.match(text, /Where it is Main &lt;Library&gt;, Reading room : QC174\.12 \.G74 2005 , copy 2 · In place/);
  assert.match(text, /Volumes v\.1-6 Also at Other library/);
  const near = /href="(\/search\?action=browse[^"]*)"/.exec(body)![1]!.replaceAll('&amp;', '&');
  assert.match(plain((await app.inject(near)).body), /QC174\.12 \.G74 2005 1/);
  const french = await app.inject({ url: '/record/1', headers: { 'accept-language': 'fr' } });
  assert.match(plain(french.body), /Où le trouver .* exemplaire 2/);
  assert.doesNotMatch((await app.inject('/record/2')).body, /Where it is/);
});

test('an ISBN is shown without what stands behind it, a cancelled one not at all', async () => {
  const text = plain((await app.inject('/record/1')).body);
  assert.match(text, /ISBN: 0-306-40615-2 /);
  assert.doesNotMatch(text, /0804429573/);
});

test('signs and names of formats are those of the reader’s language', async () => {
  const french = await app.inject({ url: '/record/1', headers: { 'accept-language': 'fr' } });
  const text = plain(french.body);
  assert.match(text, /ISBN : 0-306-40615-2 /);
  assert.match(text, /MARC en texte .*CSV \(tableur\)/);
  assert.match(plain((await app.inject('/record/1')).body), /MARC as text .*CSV \(spreadsheet\)/);
});

test('hits say library and shelf mark in their line', async () => {
  for (const url of ['/search?p=shelf', '/search?p=shelf&of=hd'])
    assert.match(
      plain((await app.inject(url)).body),
      /Main &lt;Library&gt;, Reading room ?: QC174\.12 \.G74 2005/,
      url,
    );
});
