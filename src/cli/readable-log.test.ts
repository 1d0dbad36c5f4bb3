import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createLogger } from '../monitor/log.ts';
import { logTo, readableLine } from './readable-log.ts';

/** What a logger writes to a stream that is a terminal, or none. */
function written(isTTY: boolean, logFormat = 'auto', colour = false): string {
  const stream = Object.assign(new PassThrough(), { isTTY });
  const logger = createLogger({ logLevel: 'info' }, logTo(stream, { logFormat }, colour));
  logger.info({ method: 'GET', url: '/search?p=higgs boson', status: 200, ms: 3.5 }, 'request');
  logger.warn('No smtp-url is set.');
  logger.error({ err: new RangeError('out of bounds') }, 'failed');
  return String(stream.read());
}

test('on a terminal a line of the log has its time, its level, its sentence and what belongs to it', () => {
  const lines = written(true).split('\n');
  assert.match(
    lines[0]!,
    /^\d\d:\d\d:\d\d info {2}request method=GET url="\/search\?p=higgs boson" status=200 ms=3\.5$/,
  );
  assert.match(lines[1]!, /^\d\d:\d\d:\d\d warn {2}No smtp-url is set\.$/);
  assert.match(lines[2]!, /^\d\d:\d\d:\d\d error failed$/);
  assert.match(lines[3]!, /^ {6}RangeError: out of bounds$/);
  assert.match(lines[4]!, /^ {10,}at /);
});

test('elsewhere each line is an object, and the setting log-format decides for either', () => {
  for (const text of [written(false), written(true, 'json')]) {
    const [first] = text.trimEnd().split('\n');
    assert.equal(JSON.parse(first!).msg, 'request');
    assert.equal(text.trimEnd().split('\n').length, 3);
  }
  assert.match(written(false, 'text'), / warn {2}No smtp-url is set\.\n/);
});

test('levels are coloured when asked for only, and what is no line of the log stays as it is', () => {
  assert.match(written(true, 'auto', true), /\x1b\[33mwarn \x1b\[0m/);
  assert.ok(!written(true).includes('\x1b'));
  for (const line of ['(node:1) Warning: x\n', '{"a":1}\n', '{broken\n']) assert.equal(readableLine(line), line);
});
