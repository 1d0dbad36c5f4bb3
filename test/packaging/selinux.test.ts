/**
 * The policy module, compiled and linked with Debian's policy into a copy of its store. Nothing is
 * enforced here: what it allows and refuses is asked of the policy.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { findProgram } from '../support/packages.ts';
import { isWhole } from '../support/scale.ts';

const source = join(import.meta.dirname, '../../packaging/selinux');
const store = '/var/lib/selinux/default';
const makefile = '/usr/share/selinux/devel/Makefile';

function problem(): string | false {
  if (!isWhole) return 'only in the whole matrix: npm run test:all';
  const missing = [makefile, store].filter((path) => !existsSync(path));
  const programs = ['make', 'semodule', 'sesearch', 'seinfo'].filter((name) => findProgram(name) === undefined);
  const lacking = [...missing, ...programs];
  if (lacking.length > 0)
    return `not there: ${lacking.join(', ')} (selinux-policy-dev, selinux-policy-default, setools, make)`;
  return process.getuid?.() === 0 ? false : 'only root may read the store of policies';
}

describe('the SELinux module', { skip: problem() }, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'reperio-selinux-'));
  after(() => rmSync(scratch, { recursive: true, force: true }));
  let policy = '';
  const output = (program: string, ...words: readonly string[]): string =>
    execFileSync(findProgram(program)!, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const rules = (...words: readonly string[]): string => output('sesearch', ...words, policy);

  before(() => {
    for (const kind of ['te', 'fc', 'if']) cpSync(join(source, `reperio.${kind}`), join(scratch, `reperio.${kind}`));
    output('make', '-s', '-C', scratch, '-f', makefile, 'reperio.pp');
    const root = join(scratch, 'root');
    mkdirSync(join(root, 'var/lib/selinux'), { recursive: true });
    cpSync(store, join(root, store), { recursive: true });
    cpSync('/etc/selinux', join(root, 'etc/selinux'), { recursive: true });
    output('semodule', '-p', root, '-s', 'default', '-N', '-i', join(scratch, 'reperio.pp'));
    policy = globSync(join(root, 'etc/selinux/default/policy/policy.*'))[0]!;
  });

  test('systemd starts it in its own domain, and listens for it', () => {
    assert.match(
      rules('-T', '-s', 'init_t', '-t', 'reperio_exec_t'),
      /type_transition init_t reperio_exec_t:process reperio_t;/,
    );
    assert.match(rules('-A', '-s', 'init_t', '-t', 'reperio_t', '-c', 'tcp_socket'), /\blisten\b/);
    assert.match(
      rules('-A', '-s', 'reperio_t', '-t', 'init_t', '-c', 'unix_dgram_socket'),
      /sendto/,
      'it says that it is ready',
    );
  });

  test('it writes its library and never its release', () => {
    assert.match(rules('-A', '-s', 'reperio_t', '-t', 'reperio_var_lib_t', '-c', 'file'), /\bwrite\b/);
    const release = rules('-A', '-s', 'reperio_t', '-t', 'reperio_lib_t', '-c', 'file');
    assert.match(release, /\bexecute_no_trans\b.*\bread\b/);
    assert.doesNotMatch(release, /\bwrite\b|\bunlink\b/);
    assert.equal(rules('-A', '-s', 'reperio_t', '-t', 'shadow_t', '-c', 'file').trim(), '');
  });

  test('booleans decide about web servers, network file systems and other ports', () => {
    assert.match(
      rules('-A', '-s', 'httpd_t', '-t', 'reperio_files_t', '-c', 'file'),
      /open read }; \[ reperio_behind_httpd \]:True/,
    );
    assert.match(rules('-A', '-s', 'reperio_t', '-t', 'nfs_t', '-c', 'file'), /write }; \[ reperio_use_nfs \]:True/);
    assert.match(
      rules('-A', '-s', 'reperio_t', '-t', 'port_type', '-c', 'tcp_socket'),
      /name_connect; \[ reperio_connect_any \]:True/,
    );
    const booleans = output('seinfo', policy, '-b');
    for (const name of ['reperio_behind_httpd', 'reperio_use_nfs', 'reperio_connect_any'])
      assert.match(booleans, new RegExp(name));
  });

  test('at first it only logs what it would refuse', () => {
    assert.match(output('seinfo', policy, '--permissive'), /reperio_t/);
  });
});
