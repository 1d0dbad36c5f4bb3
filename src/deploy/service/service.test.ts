import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { installUnits } from './install.ts';
import { type OwnService, ownUnits } from './own-units.ts';

const scratch = mkdtempSync(join(tmpdir(), 'reperio-service-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const data = join(scratch, 'data');
mkdirSync(data);
const service: OwnService = { data, config: undefined, release: '/opt/reperio/current', user: userInfo().username };

function withSettings(text: string): OwnService {
  writeFileSync(join(data, 'reperio.yaml'), text);
  return service;
}

test('the units of one machine are made by the settings that the service will read', () => {
  process.env['REPERIO_PORT'] = '9';
  try {
    const [unit, socket, status] = ownUnits(withSettings('host: 0.0.0.0\nport: 80\nstatus-port: 8079\n'));
    assert.match(socket!.text, /^ListenStream=0\.0\.0\.0:80$/m, 'not by the environment of who asks');
    assert.match(status!.text, /^ListenStream=127\.0\.0\.1:8079$/m);
    assert.ok(unit!.text.includes(`\nReadWritePaths=${data}\n`) && !unit!.text.includes('REPERIO_CONFIG'));
  } finally {
    delete process.env['REPERIO_PORT'];
  }
});

test('what a service of systemd could not do is refused, each with what to do', () => {
  const code = (made: OwnService): string => {
    try {
      ownUnits(made);
      return 'made';
    } catch (error) {
      return (error as { readonly code: string }).code;
    }
  };
  assert.equal(code({ ...withSettings(''), release: '/home/ada/reperio' }), 'REPERIO_SERVICE_IN_HOME');
  assert.equal(code({ ...service, data: '/root/.reperio' }), 'REPERIO_SERVICE_IN_HOME');
  assert.equal(code(withSettings('host: library.example\n')), 'REPERIO_SERVICE_HOST');
  assert.equal(code(withSettings('port: 0\n')), 'REPERIO_SERVICE_PORT');
  assert.equal(code(withSettings('host: localhost\n')), 'made');
});

test('they are written once, told again, and never for a user who is not there', () => {
  const root = join(scratch, 'root');
  const install = (made: OwnService, dryRun = false) =>
    installUnits(made, { dryRun, root }).map(({ change }) => change);
  assert.deepEqual(install(withSettings('port: 8080\n'), true), ['new', 'new']);
  assert.deepEqual(install(service), ['new', 'new']);
  assert.deepEqual(install(service), ['same', 'same']);
  assert.deepEqual(install(withSettings('port: 8090\n')), ['same', 'changed']);
  assert.match(readFileSync(join(root, 'etc/systemd/system/reperio-web.socket'), 'utf8'), /127\.0\.0\.1:8090/);
  assert.throws(() => install({ ...service, user: 'nobody-of-that-name' }), { code: 'REPERIO_SERVICE_USER' });
});
