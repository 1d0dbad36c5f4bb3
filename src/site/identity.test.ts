import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityOf, tidyEmail, tidyName } from './identity.ts';

test('addresses that only look alike are two', () => {
  const victim = identityOf('victim@uni.example');
  for (const other of ['victim@üni.example', 'victïm@uni.example', 'victim@uni.exаmple', 'vıctim@uni.example'])
    assert.notEqual(identityOf(other), victim, other);
  // A mailbox with another sign in its name is another one, whatever Unicode says of its case.
  assert.notEqual(identityOf('É@uni.example'), identityOf('é@uni.example'));
});

test('letter case, and how a domain is written, make no other address', () => {
  const one = identityOf('ada@üni.example');
  for (const same of ['ADA@ÜNI.Example', ' ada@u\u0308ni.example ', 'ada@xn--ni-wka.example', 'Ada@XN--NI-WKA.example'])
    assert.equal(identityOf(same), one, same);
});

test('an address is kept as it was typed, with one form of an internationalised domain', () => {
  assert.equal(tidyEmail(' Ada@Library.Example '), 'Ada@Library.Example');
  for (const same of ['ada@ÜNI.example', 'ada@xn--ni-wka.example', 'ada@u\u0308ni.example'])
    assert.equal(tidyEmail(same), 'ada@üni.example');
});

test('a host is not what a browser would make of it', () => {
  for (const other of ['ada@%75ni.example', 'ada@uni.example:25', 'ada@uni.example/x', 'ada@0x7f.1'])
    assert.notEqual(identityOf(other), identityOf('ada@uni.example'), other);
  assert.notEqual(identityOf('ada@0x7f.1'), identityOf('ada@127.0.0.1'));
});

test('names are tidied once: blanks and the forms of a letter do not tell them apart, accents do', () => {
  assert.equal(tidyName('  head \u00a0 librarians\t'), 'head librarians');
  assert.equal(tidyName('E\u0301quipe'), 'Équipe');
  assert.equal(identityOf('ÉQUIPE  1'), identityOf('équipe 1'));
  assert.notEqual(identityOf('Stäff'), identityOf('staff'));
});
