import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { attribute, escapeHtml, html, join, jsonScript, raw } from './html.ts';

test('text is escaped in content and attributes, markup made by html is not', () => {
  const name = `"><script>alert('x')</script>&`;
  const out = html`<p title="${name}">${name}${html`<b>${'<'}</b>`}</p>`.text;
  const safe = '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;';
  assert.equal(out, `<p title="${safe}">${safe}<b>&lt;</b></p>`);
});

test('lists are joined, nothing is nothing, zero is shown', () => {
  assert.equal(html`${[1, 'a<', html`<i>x</i>`]}${undefined}${null}${false}${0}`.text, '1a&lt;<i>x</i>0');
  assert.equal(join(['a', html`<b>b</b>`], ', ').text, 'a, <b>b</b>');
});

test('no text can leave the place where it was put', () => {
  assertProperty(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const out = html`<p title="${text}">${text}</p>`.text;
      const match = /^<p title="([^"<>]*)">([^<>]*)<\/p>$/.exec(out);
      assert.ok(match);
      assert.equal(match[1], match[2]);
      const back = match[1]!
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .replaceAll('&#39;', "'")
        .replaceAll('&amp;', '&');
      assert.equal(back, text.replaceAll('\0', '\uFFFD'));
    }),
  );
});

test('an attribute is there with its value, alone, or not at all', () => {
  assert.equal(
    html`<a${attribute('href', 'a"b')}${attribute('hidden', true)}${attribute('id', undefined)}>`.text,
    '<a href="a&quot;b" hidden>',
  );
});

test('JSON in a script cannot end the script and reads back the same', () => {
  assertProperty(
    fc.property(fc.jsonValue(), (value) => {
      const out = jsonScript('application/ld+json', value).text;
      const inner = /^<script type="application\/ld\+json">([^<>]*)<\/script>$/.exec(out);
      assert.ok(inner);
      assert.deepEqual(JSON.parse(inner[1]!), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('raw is left alone', () => {
  assert.equal(html`${raw('<hr>')}`.text, '<hr>');
  assert.equal(escapeHtml('plain'), 'plain');
});
