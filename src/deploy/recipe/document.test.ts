import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands, heading, list, text, writeDocument } from './document.ts';
import { parseRendered } from './rendered.ts';

const blocks = [
  heading(2, 'Hosts'),
  text('Type `ls`.'),
  list(['one', 'two']),
  commands(["ssh a 'b'"]),
  {
    kind: 'table',
    rows: [
      ['a', 'b'],
      ['1', ' '],
    ],
  } as const,
];

test('the same text is written in Markdown and for Org mode', () => {
  assert.equal(
    writeDocument(blocks, 'markdown'),
    "## Hosts\n\nType `ls`.\n\n* one\n* two\n\n```sh\nssh a 'b'\n```\n\n| a | b |\n|---|---|\n| 1 |   |\n",
  );
  assert.equal(
    writeDocument(blocks, 'org'),
    "** Hosts\n\nType ~ls~.\n\n- one\n- two\n\n#+begin_src sh\nssh a 'b'\n#+end_src\n\n| a | b |\n|---+---|\n| 1 |   |\n",
  );
});

test('rendered files are told apart by the lines above them', () => {
  const text = '### /etc/a (mode 644)\n# one\n\n### /etc/b (mode 600)\n### not a path\ntwo\n';
  assert.deepEqual(
    [...parseRendered(text)],
    [
      ['/etc/a', '\n# one\n\n'],
      ['/etc/b', '\n### not a path\ntwo\n'],
    ],
  );
});
