import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { findProgram, lacks } from '../../../test/support/packages.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { anchorOf } from '../../monitor/check/page.ts';
import { checks } from '../../monitor/check/table.ts';
import { prometheusText } from '../../monitor/prometheus.ts';
import { testView } from '../../monitor/status/test-status.ts';
import { hostNamed } from '../topology/read.ts';
import { exampleTopology, onLoopback, testSecrets } from '../topology/test-topology.ts';
import type { Topology } from '../topology/topology.ts';
import { panels } from './grafana.ts';
import { renderHost } from './render.ts';

/** The real programs read what is rendered for them, and say nothing against it. */

const scratch = mkdtempSync(join(tmpdir(), 'reperio-programs-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const { username, gid } = userInfo();
const topology = exampleTopology(onLoopback);
const apache = exampleTopology((text) => onLoopback(text).replace('versions:', 'files: {server: apache}\nversions:'));

/**
 * The files of a host below the scratch folder; answers where one of them is. Absolute paths in
 * them that must exist are made to point there too.
 */
function written(host: string, of: Topology = topology, change: (text: string) => string = (text) => text) {
  const folder = join(scratch, `${host}-${of.files.server}`);
  for (const { path, text } of renderHost(of, hostNamed(of, host), testSecrets)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), change(text));
  }
  return (path: string): string => join(folder, path);
}

interface Said {
  readonly status: number | null;
  readonly text: string;
}

function run(program: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Said {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, ...environment },
  });
  return { status, text: `${stdout}${stderr}` };
}

test('HAProxy takes its configuration without a warning', { skip: lacks('haproxy', 'openssl') }, () => {
  const state = join(scratch, 'server-state');
  writeFileSync(state, '1\n');
  const at = written('lb1', topology, (text) =>
    text.replace('/tmp/certificate.pem', certificate()).replace('/run/haproxy/server-state', state),
  );
  const { status, text } = run(findProgram('haproxy')!, ['-c', '-f', at('/etc/haproxy/haproxy.cfg')]);
  assert.equal(text.trim(), 'Configuration file is valid');
  assert.equal(status, 0);
  const broken = join(scratch, 'broken.cfg');
  writeFileSync(
    broken,
    readFileSync(at('/etc/haproxy/haproxy.cfg'), 'utf8').replace('balance leastconn', 'balance fairly'),
  );
  assert.equal(run(findProgram('haproxy')!, ['-c', '-f', broken]).status, 1, 'and no other');
});

test('keepalived takes its configuration', { skip: lacks('keepalived', 'curl') || notRoot() }, () => {
  const at = written('lb1');
  const file = at('/etc/keepalived/keepalived.conf');
  assert.deepEqual(run(findProgram('keepalived')!, ['-t', '-f', file]), { status: 0, text: '' });
  writeFileSync(join(scratch, 'broken.conf'), readFileSync(file, 'utf8').replace('    nopreempt\n', '    noprempt\n'));
  assert.notEqual(
    run(findProgram('keepalived')!, ['-t', '-f', join(scratch, 'broken.conf')]).status,
    0,
    'and no other',
  );
});

test('Apache takes its configuration', { skip: lacks('apache2') }, () => {
  const files = join(scratch, 'files');
  mkdirSync(files, { recursive: true });
  const at = written('web3', apache, (text) => text.replaceAll('/srv/reperio/files', files));
  assert.deepEqual(run(findProgram('apache2')!, ['-t', '-f', at('/etc/apache2/apache2.conf')]), {
    status: 0,
    text: 'Syntax OK\n',
  });
});

test('nginx takes its configuration', { skip: lacks('nginx') }, () => {
  const at = written('web3', topology, (text) =>
    text.replaceAll('/var/log/nginx', scratch).replace('/run/nginx.pid', join(scratch, 'nginx.pid')),
  );
  const file = at('/etc/nginx/nginx.conf');
  const { status, text } = run(findProgram('nginx')!, ['-t', '-e', 'stderr', '-c', file]);
  assert.match(text, /syntax is ok\n.*test is successful\n$/);
  assert.doesNotMatch(text, /\[warn\]/);
  assert.equal(status, 0);
});

test('promtool takes the configuration of Prometheus and its rules', { skip: lacks('promtool') }, () => {
  const at = written('mon1', topology, (text) =>
    text.replace('/etc/prometheus/reperio-rules.yml', join(scratch, 'mon1-nginx/etc/prometheus/reperio-rules.yml')),
  );
  const config = run(findProgram('promtool')!, ['check', 'config', at('/etc/prometheus/prometheus.yml')]);
  assert.match(config.text, /SUCCESS: .* is valid prometheus config file syntax/);
  assert.equal(config.status, 0);
  const rules = run(findProgram('promtool')!, ['check', 'rules', at('/etc/prometheus/reperio-rules.yml')]);
  assert.match(rules.text, /SUCCESS: 42 rules found/);
  assert.equal(rules.status, 0);
});

test('amtool takes the configuration of Alertmanager, and every recipient has a route', {
  skip: lacks('amtool'),
}, () => {
  const at = written('mon1');
  const file = at('/etc/prometheus/alertmanager.yml');
  const checked = run(findProgram('amtool')!, ['check-config', file]);
  assert.match(checked.text, /SUCCESS/);
  assert.equal(checked.status, 0);
  const routed = (...labels: readonly string[]): string =>
    run(findProgram('amtool')!, ['config', 'routes', 'test', `--config.file=${file}`, ...labels]).text.split('\n')[0]!;
  assert.equal(routed('severity=page', 'alertname=ReperioCheckDisk'), 'window-1,window-2,window-3');
  // What no node can tell rings the telephone too.
  assert.equal(routed('severity=page', 'alertname=ReperioNoNode'), 'window-1,window-2,window-3,telephones-1');
  assert.equal(routed('severity=ticket'), 'all');
  const broken = join(scratch, 'alertmanager-broken.yml');
  writeFileSync(broken, readFileSync(file, 'utf8').replace(/end_time: "?24:00"?/, 'end_time: "06:00"'));
  assert.notEqual(
    run(findProgram('amtool')!, ['check-config', broken]).status,
    0,
    'a window across midnight is refused',
  );
});

test('alerts come when what they tell of is so, and not before', { skip: lacks('promtool') }, () => {
  const at = written('mon1');
  const series = (name: string, values: string) => `      - series: '${name}'\n        values: '${values}'`;
  const alert = (name: string, when: string, labels: string | undefined) =>
    `      - eval_time: ${when}\n        alertname: ${name}\n        exp_alerts: ${labels === undefined ? '[]' : `[{exp_labels: ${labels}}]`}`;
  const text = `rule_files: [${at('/etc/prometheus/reperio-rules.yml')}]
evaluation_interval: 10s
tests:
  - interval: 10s
    input_series:
${[
  series('up{job="reperio",node="web1"}', '1x6 0x60'),
  series('reperio_workers{node="web2",state="ready"}', '2x6 0x60'),
  series('reperio_worker_deaths_total{node="web2"}', '0+0x6 0+1x60'),
  series('reperio_http_requests_total{node="web2",code="200"}', '0+100x60'),
  series('reperio_http_requests_total{node="web2",code="500"}', '0+5x60'),
  series('reperio_http_request_duration_seconds_bucket{node="web2",route="/search",le="1"}', '0+1x90'),
  series('reperio_http_request_duration_seconds_bucket{node="web2",route="/search",le="5"}', '0+2x90'),
  series('reperio_http_request_duration_seconds_bucket{node="web2",route="/search",le="+Inf"}', '0+2x90'),
  series('reperio_index_age_seconds{node="web2",worker="1"}', '0+10x60'),
  series('reperio_task_problem{node="web1",task="files"}', '0x12 1x90'),
  series('reperio_task_problem{node="web2",task="files"}', '0x12 1x90'),
  series('reperio_task_late_seconds{node="web2",task="access"}', '0+10x120'),
  series('patroni_primary{node="db1"}', '1x30 0x60'),
  series('patroni_primary{node="db2"}', '0x90'),
].join('\n')}
    alert_rule_test:
${[
  alert('ReperioNodeDown', '50s', undefined),
  alert('ReperioNodeDown', '2m', '{severity: ticket, job: reperio, node: web1}'),
  alert('ReperioNoWorkers', '50s', undefined),
  alert('ReperioNoWorkers', '2m', '{severity: page, node: web2}'),
  alert('ReperioWorkersDie', '1m', undefined),
  alert('ReperioWorkersDie', '3m', '{severity: ticket, node: web2}'),
  alert('ReperioErrors', '4m', '{severity: page, node: web2}'),
  alert('ReperioSlow', '10m', '{severity: ticket, route: /search}'),
  alert('ReperioIndexOld', '1m', undefined),
  alert('ReperioIndexOld', '5m', '{severity: ticket, node: web2}'),
  alert('ReperioTaskProblem', '6m', undefined),
  alert('ReperioTaskProblem', '8m', '{severity: ticket, task: files}'),
  alert('ReperioTaskLate', '19m', undefined),
  alert('ReperioTaskLate', '20m20s', '{severity: ticket, task: access}'),
  alert('DatabaseNoPrimary', '4m', undefined),
  alert('DatabaseNoPrimary', '7m', '{severity: page}'),
].join('\n')}
`;
  const file = join(scratch, 'alerts.yml');
  writeFileSync(file, withAnnotations(text, readFileSync(at('/etc/prometheus/reperio-rules.yml'), 'utf8')));
  const { status, text: said } = run(findProgram('promtool')!, ['test', 'rules', file]);
  assert.equal(status, 0, said);
});

test('every alert leads to a page of the manual that is there, and asks for metrics that there are', () => {
  const headings = new Set(
    [...readFileSync('docs/when-you-are-woken.md', 'utf8').matchAll(/^## (.*)$/gm)].map(([, title]) =>
      anchorOf(title!),
    ),
  );
  const rules = readFileSync(written('mon1')('/etc/prometheus/reperio-rules.yml'), 'utf8');
  const links = [...rules.matchAll(/runbook_url: "?(\S+?)"?$/gm)].map(([, link]) => link!);
  assert.equal(links.length, [...rules.matchAll(/- alert: /g)].length);
  for (const link of links) {
    const [page, anchor] = link.split('#');
    assert.equal(page, 'file:///opt/reperio/current/docs/when-you-are-woken.md');
    assert.ok(anchor === undefined || headings.has(anchor), link);
  }
  const { status, tasks, jobs } = testView();
  const told = new Set(
    [...prometheusText(status, tasks, undefined, jobs).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!),
  );
  const asked = [rules, ...panels.flatMap(({ queries }) => queries.map(([expression]) => expression))]
    .join('\n')
    .matchAll(/\breperio_\w+/g);
  for (const [name] of asked) assert.ok(told.has(name.replace(/_bucket$/, '')), name);
});

test('promtool takes each question of the dashboard, and Grafana finds JSON', { skip: lacks('promtool') }, () => {
  const [provider, dashboard] = renderHost(topology, hostNamed(topology, 'mon1'), testSecrets, ['grafana']);
  const { panels: shown } = JSON.parse(dashboard!.text) as {
    panels: { gridPos: { x: number; w: number; y: number }; targets: { expr: string }[] }[];
  };
  assert.ok(shown.every(({ gridPos: { x, w } }) => x + w <= 24));
  assert.match(provider!.text, /path: \/var\/lib\/grafana\/dashboards/);
  const expressions = shown.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  const rules = expressions.map((expr, at) => `  - {record: "panel:${at}", expr: ${JSON.stringify(expr)}}`);
  const file = join(scratch, 'dashboard.yml');
  writeFileSync(file, `groups:\n- name: dashboard\n  rules:\n${rules.join('\n')}\n`);
  const said = run(findProgram('promtool')!, ['check', 'rules', file]);
  assert.match(said.text, new RegExp(`SUCCESS: ${expressions.length} rules found`));
  assert.equal(said.status, 0, said.text);
});

test('Nagios takes the hosts and services, and no other', { skip: lacks('nagios4') }, () => {
  const [objects] = renderHost(topology, hostNamed(topology, 'mon1'), testSecrets, ['nagios']);
  const folder = join(scratch, 'nagios');
  mkdirSync(folder, { recursive: true });
  const verify = (text: string): Said => {
    writeFileSync(join(folder, 'reperio.cfg'), text);
    writeFileSync(
      join(folder, 'site.cfg'),
      `define command {\n command_name mail\n command_line /bin/true\n}
define contact {\n contact_name olga\n host_notifications_enabled 1\n service_notifications_enabled 1\n host_notification_period reperio-always
 service_notification_period reperio-always\n host_notification_options d\n service_notification_options c\n host_notification_commands mail\n service_notification_commands mail\n}
define contactgroup {\n contactgroup_name admins\n alias admins\n members olga\n}\n`,
    );
    writeFileSync(join(folder, 'resource.cfg'), '$USER1$=/usr/lib/nagios/plugins\n');
    writeFileSync(
      join(folder, 'nagios.cfg'),
      `cfg_file=${folder}/reperio.cfg\ncfg_file=${folder}/site.cfg\nresource_file=${folder}/resource.cfg\nlog_file=${folder}/log\ncheck_result_path=${folder}\ntemp_path=${folder}\nillegal_macro_output_chars=|\nnagios_user=${username}\nnagios_group=${gid}\n`,
    );
    return run(findProgram('nagios4')!, ['-v', join(folder, 'nagios.cfg')]);
  };
  const { status, text } = verify(objects!.text);
  assert.match(text, /Total Warnings: 0\s+Total Errors: {3}0/);
  assert.equal(status, 0, text);
  const services = checks.length + 2 * checks.filter(({ shared }) => shared !== true).length;
  assert.match(text, new RegExp(`Checked ${services} services`));
  assert.match(text, /Checked 3 hosts/);
  assert.notEqual(verify(objects!.text.replace('reperio-check!disk', 'reperio-chek!disk')).status, 0);
});

test('Icinga 2 takes the same', { skip: lacks('icinga2') }, () => {
  const [objects] = renderHost(topology, hostNamed(topology, 'mon1'), testSecrets, ['icinga']);
  const folder = join(scratch, 'icinga');
  mkdirSync(folder, { recursive: true });
  const verify = (text: string): Said => {
    const main = join(folder, 'icinga2.conf');
    writeFileSync(join(folder, 'reperio.conf'), text);
    writeFileSync(
      main,
      `include <itl>\ninclude <plugins>\nconst PluginDir = "/usr/lib/nagios/plugins"\ninclude "reperio.conf"\n`,
    );
    const own = [`-DRunAsUser=${username}`, `-DRunAsGroup=${username}`];
    const states = ['DataDir', 'CacheDir', 'LogDir', 'InitRunDir', 'SpoolDir'].map((name) => `-D${name}=${folder}`);
    return run(findProgram('icinga2')!, ['daemon', '-C', '-c', main, ...own, ...states]);
  };
  const { status, text } = verify(objects!.text);
  assert.equal(status, 0, text);
  assert.match(text, /Instantiated 3 Hosts/);
  assert.notEqual(verify(objects!.text.replace('check_command', 'chek_command')).status, 0);
});

for (const [host, unit] of [
  ['web1', 'reperio-web'],
  ['worker1', 'reperio-follower'],
  ['worker1', 'reperio-tasks'],
] as const)
  test(`systemd takes the unit ${unit} without a word, and finds little exposed`, {
    skip: lacks('systemd-analyze'),
  }, () => {
    const at = written(host, topology, (text) => text.replace('/opt/reperio/current/bin/reperio', '/bin/true'));
    const file = at(`/etc/systemd/system/${unit}.service`);
    assert.deepEqual(run('systemd-analyze', ['verify', '--man=no', file]), { status: 0, text: '' });
    const { text } = run('systemd-analyze', ['security', '--offline=true', '--no-pager', file]);
    const score = Number(/Overall exposure level[^:]*: ([\d.]+)/.exec(text)?.[1]);
    assert.ok(score <= 1.6, `exposure ${score}`);
    writeFileSync(file, readFileSync(file, 'utf8').replace('ProtectHome=', 'ProtectHom='));
    assert.match(run('systemd-analyze', ['verify', '--man=no', file]).text, /Unknown key/, 'and no other');
  });

test('systemd takes the units of pgBackRest, and knows when their time comes', {
  skip: lacks('systemd-analyze', 'pgbackrest'),
}, () => {
  const shared = exampleTopology((text) => onLoopback(text).replace('mon1:/var/lib/pgbackrest ', '/mnt/pgbackrest '));
  const at = written('db1', shared);
  const files = ['reperio-pgbackrest@.service', 'reperio-pgbackrest-full.timer', 'reperio-pgbackrest-diff.timer'].map(
    (name) => at(`/etc/systemd/system/${name}`),
  );
  assert.deepEqual(run('systemd-analyze', ['verify', '--man=no', ...files]), { status: 0, text: '' });
  const days = files.slice(1).map((file) => /OnCalendar=(.*)/.exec(readFileSync(file, 'utf8'))?.[1] ?? '');
  const next = days.map((day) => run('systemd-analyze', ['calendar', '--iterations=7', day]).text);
  assert.match(next[0]!, /Next elapse: Sun /);
  assert.equal([...next[1]!.matchAll(/(?:elapse|#\d+): (?:Mon|Tue|Wed|Thu|Fri|Sat) /g)].length, 7);
});

test("what is added to HAProxy's unit fits the unit of Debian", { skip: lacks('systemd-analyze', 'haproxy') }, () => {
  const at = written('lb1');
  const folder = dirname(dirname(at('/etc/systemd/system/haproxy.service.d/reperio.conf')));
  const unit = '/lib/systemd/system/haproxy.service';
  assert.ok(existsSync(unit));
  writeFileSync(join(folder, 'haproxy.service'), readFileSync(unit));
  assert.deepEqual(run('systemd-analyze', ['verify', '--man=no', join(folder, 'haproxy.service')]), {
    status: 0,
    text: '',
  });
});

test('every setting of the kernel is one', () => {
  const names = ['lb1', 'web3', 'db1', 'worker1', 'mon1'].flatMap((host) => {
    const text = readFileSync(written(host)('/etc/sysctl.d/60-reperio.conf'), 'utf8');
    return [...text.matchAll(/^([a-z0-9_.]+) = \d[\d ]*$/gm)].map(([, name = '']) => name);
  });
  assert.ok(new Set(names).size >= 10);
  // A container may hide those that are not of its network.
  for (const name of new Set(names)) assert.ok(existsSync(`/proc/sys/${name.replaceAll('.', '/')}`), name);
});

test('the shell takes the script that makes the database', () => {
  assert.deepEqual(run('sh', ['-n', written('db1')('/etc/reperio/create-database.sh')]), { status: 0, text: '' });
});

test('three etcd take their environment and agree, and Patroni takes its configuration', {
  skip: lacks('etcd', 'patroni'),
}, async () => {
  const names = ['db1', 'db2', 'db3'];
  const members = names.map((name) => {
    const environment = environmentOf(readFileSync(written(name)('/etc/default/etcd'), 'utf8'));
    const listen = environment['ETCD_LISTEN_CLIENT_URLS']!.split(',')[0]!;
    return spawn(findProgram('etcd')!, [], {
      // The loopback address is shared here, and folders are the test's.
      env: { ...environment, ETCD_LISTEN_CLIENT_URLS: listen, ETCD_DATA_DIR: join(scratch, 'etcd', name) },
      stdio: 'ignore',
    });
  });
  try {
    const health = async (at: number): Promise<string> =>
      fetch(`http://127.77.0.${at}:2379/health`)
        .then((answer) => answer.text())
        .catch(() => 'away');
    await waitFor('three healthy members of etcd', async () =>
      (await Promise.all([31, 32, 33].map(health))).every((text) => text === '{"health":"true"}'),
    );
    // The v2 API is what Patroni 3.0.2 may speak: it compares before it swaps.
    const put = (query: string) => fetch(`http://127.77.0.31:2379/v2/keys/test?value=1&${query}`, { method: 'PUT' });
    assert.equal((await put('prevExist=false')).status, 201);
    assert.equal((await put('prevExist=false')).status, 412);

    const at = written('db2');
    const secrets = environmentOf(readFileSync(at('/etc/patroni_env.conf'), 'utf8'));
    const file = at('/etc/patroni/config.yml');
    const bin = ['/usr/lib/postgresql/15/bin', dirname(process.execPath)].find(existsSync);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/bin_dir: .*/, `bin_dir: ${bin}`));
    const complaints = (): readonly string[] => {
      const { status, text } = run(findProgram('patroni')!, ['--validate-config', file], secrets);
      // Programs of the server are not installed with Patroni.
      const said = text.split('\n').filter((line) => line !== '' && !line.startsWith('postgresql.bin_dir'));
      assert.ok(status === 0 || text !== '');
      return said;
    };
    assert.deepEqual(complaints(), []);
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('loop_wait: 2', 'loop_wait: soon').replace('scope:', 'scop:'),
    );
    assert.match(complaints().join('\n'), /scope {2}is not defined/, 'and no other');
  } finally {
    for (const member of members) member.kill('SIGKILL');
  }
});

function environmentOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value.replace(/^"(.*)"$/, '$1').replace(/\\(.)/g, '$1'),
    ]),
  );
}

/** promtool wants annotations told in full; what they say is not what is tested. */
function withAnnotations(tests: string, rules: string): string {
  const file = join(scratch, 'rules-without-words.yml');
  writeFileSync(file, rules.replace(/\n {8}annotations:(\n {10}.*)+/g, ''));
  return tests.replace(/rule_files: .*/, `rule_files: [${file}]`);
}

let made: string | undefined;

/** Certificate and key in one file, of nobody. */
function certificate(): string {
  if (made !== undefined) return made;
  const [key, pem] = [join(scratch, 'key.pem'), join(scratch, 'certificate.pem')];
  const subject = ['-subj', '/CN=library.example', '-days', '2'];
  const { status, text } = run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    key,
    '-out',
    pem,
    ...subject,
  ]);
  assert.equal(status, 0, text);
  writeFileSync(pem, readFileSync(pem, 'utf8') + readFileSync(key, 'utf8'));
  made = pem;
  return pem;
}

function notRoot(): string | false {
  return process.getuid?.() === 0 ? false : 'keepalived checks as root only';
}
