import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverConfiguration } from './configuration.ts';
import { embeddedUrl, layoutOf, preferredSocketFolder, sameServer } from './layout.ts';

test('the socket is beside the data while its path fits into 107 bytes, else in the temporary folder', () => {
  assert.equal(preferredSocketFolder(layoutOf('/srv/library')), '/srv/library/postgres/socket');
  const longest = `/${'d'.repeat(107 - '/'.length - '/postgres/socket/.s.PGSQL.5432'.length)}`;
  assert.equal(preferredSocketFolder(layoutOf(longest)), `${longest}/postgres/socket`);
  const short = preferredSocketFolder(layoutOf(`${longest}d`), '/var/tmp');
  assert.match(short, /^\/var\/tmp\/reperio-[0-9a-f]{16}$/);
  assert.match(preferredSocketFolder(layoutOf('/é'.repeat(40)), '/var/tmp'), /^\/var\/tmp\//);
  assert.match(preferredSocketFolder(layoutOf(`${longest}d`), longest), /^\/tmp\/reperio-/);
});

test('two folders never share a socket folder', () => {
  const folder = 'x'.repeat(200);
  assert.notEqual(preferredSocketFolder(layoutOf(`/a/${folder}`)), preferredSocketFolder(layoutOf(`/b/${folder}`)));
});

test('the address is one that PostgreSQL clients take, also with spaces in the path', () => {
  const url = embeddedUrl(layoutOf('/srv/my library'));
  assert.equal(url, 'postgresql://reperio@/reperio?host=%2Fsrv%2Fmy%20library%2Fpostgres%2Fsocket');
  assert.equal(sameServer(url, 'other'), 'postgresql://reperio@/other?host=%2Fsrv%2Fmy%20library%2Fpostgres%2Fsocket');
});

test('the configuration keeps what is committed, and quotes what it names', () => {
  const text = serverConfiguration("/it's here", 8 * 1024 ** 3);
  assert.match(text, /^fsync = 'on'$/m);
  assert.match(text, /^synchronous_commit = 'on'$/m);
  assert.match(text, /^listen_addresses = ''$/m);
  assert.match(text, /^shared_buffers = '256MB'$/m);
  assert.match(text, /^unix_socket_directories = '\/it''s here'$/m);
  assert.match(serverConfiguration('/s', 1024 ** 3), /^shared_buffers = '64MB'$/m);
});
