import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileActions } from '../marc/actions/apply.ts';
import { dataField } from '../marc/record.ts';
import { lineOf } from '../marc/writers/text.ts';
import { readTask, requireTask } from './task-file.ts';

test('a task is a list of actions, each on fields, where they are so, with what is to be done', () => {
  const task = requireTask(`
name: Institutes
actions:
  - on: 700
    where:
      - { subfield: u, is: cern, ignore-case: true }
      - not: { subfield: a, contains: Ellis }
      - or: [{ missing: v }, { matches: '^x' }]
    do: replace-text
    subfield: u
    matches: '(\\w+)'
    with: $1, Geneva
  - { on: 980__, do: add-field, subfields: [a: REPORT, b: '001'] }
  - { on: 008, do: replace-text, contains: eng, with: fre }
`);
  assert.equal(task.name, 'Institutes');
  const fields = [
    dataField('700', ' ', ' ', [
      { code: 'a', value: 'Roe' },
      { code: 'u', value: 'CERN' },
    ]),
  ];
  assert.deepEqual(compileActions(task.actions)({ leader: '', fields }).record.fields.map(lineOf), [
    '700__ $$aRoe$$uCERN, Geneva',
    '980__ $$aREPORT$$b001',
  ]);
});

test('mistakes are told all at once, with line and column, and what could be meant', () => {
  const { task, problems } = readTask(`actions:
  - on: 7000000
    do: delete-field
  - on: 700
    do: delete-feld
  - on: 245
    do: replace-text
    matches: '('
    with: x
  - { on: 245, do: replace-text, matches: '(a)', with: $2 }
  - { on: 001, do: delete-field }
  - { on: 245, do: delete-subfield, subfield: ab, place: first }
  - { do: delete-field, onn: 5 }
  - { on: 245%a, do: add-field, subfields: [a: x] }
`);
  assert.equal(task, undefined);
  assert.deepEqual(
    problems.map(({ line, column, message }) => `${line}:${column} ${message.slice(0, 60)}`),
    [
      '2:5 actions[1].on: "7000000" is not a MARC path: it is longer th',
      "5:5 actions[2].do: 'delete-feld' is not one of add-field, delete",
      '8:5 actions[3].matches cannot be read: error parsing regexp: mis',
      '10:50 actions[4].with: the expression has no group 2.',
      '11:7 actions[5].on: field 001 is written by the library alone.',
      '12:37 actions[6].subfield must be one character: a subfield code.',
      '12:51 actions[6].place means nothing for delete-subfield.',
      '13:5 actions[7] has no on.',
      "13:25 'onn' is not known in actions[7]. Did you mean 'on'?",
      '14:7 actions[8].on must be a tag with its indicators to add a fie',
    ],
  );
  assert.throws(() => requireTask('actions: ['), { code: 'REPERIO_TASK' });
  assert.throws(() => requireTask(''), /There are no actions/);
});
