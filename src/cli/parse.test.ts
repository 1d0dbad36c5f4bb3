import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineCommand } from './command.ts';
import { parseCommandLine, UsageError } from './parse.ts';

const command = defineCommand({
  examples: [],
  arguments: { mode: { doc: '', choices: ['insert', 'replace'] }, files: { doc: '', many: true, optional: true } },
  options: {
    port: { type: 'number', doc: '', short: 'p', minimum: 0, maximum: 65535 },
    dry: { type: 'flag', doc: '' },
    only: { type: 'list', doc: '' },
    name: { type: 'text', doc: '' },
    level: { type: 'text', doc: '', choices: ['low', 'high'] },
  },
  run: async () => {},
});
const parse = (line: string) => parseCommandLine('test', command, line.split(' '));

test('arguments and options are told apart wherever they stand', () => {
  const expected = {
    arguments: { mode: 'insert', files: ['a', '-', '--b'] },
    options: { port: 8099, dry: true, only: ['x', 'y'], name: 'n', level: undefined },
  };
  assert.deepEqual(parse('insert a --port 8099 --dry --only x --only=y --name n - -- --b'), expected);
  assert.deepEqual(parse('--name=n -p 8099 insert --only x a --only y --dry - -- --b'), expected);
});

test('what is not given is false, empty or undefined', () => {
  assert.deepEqual(parse('insert'), {
    arguments: { mode: 'insert', files: [] },
    options: { port: undefined, dry: false, only: [], name: undefined, level: undefined },
  });
});

test('values are checked', () => {
  const wrong = [
    '--port x',
    '--port 1.5',
    '--port -1',
    '--port 65536',
    '--port',
    '--name',
    '--name --dry',
    '--level mid',
    '--dry=1',
    '--nme x',
  ];
  for (const words of wrong) assert.throws(() => parse(`insert ${words}`), UsageError, words);
  assert.throws(() => parse('delete'), /it is one of insert, replace/);
  assert.throws(() => parseCommandLine('test', command, []), /needs MODE/);
  assert.equal(parse('insert --name=--dry').options['name'], '--dry');
});
