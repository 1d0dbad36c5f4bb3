import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readSettings } from '../../config/settings.ts';
import { anchorOf } from '../check/page.ts';
import { testView } from '../status/test-status.ts';
import { bundleOf } from './bundle.ts';
import { diagnosisLines } from './diagnosis.ts';
import { examine } from './examine.ts';
import { folderDiagnoses } from './folders.ts';
import { hostDiagnoses } from './host.ts';
import { createRedactor } from './secrets.ts';
import { settingDiagnoses } from './settings.ts';
import { tarOf } from './tar.ts';

const scratch = mkdtempSync(join(tmpdir(), 'reperio-doctor-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

function folder(name: string): string {
  const path = join(scratch, name);
  mkdirSync(path, { recursive: true });
  return path;
}

const secrets = {
  database: 'Zq1database-pw',
  replica: 'Zq2r',
  smtp: 'Zq3p@ss/word',
  provider: 'Zq4-orcid-secret',
  store: 'Zq5+store/secret==',
  environment: 'Zq6environment',
  bearer: 'Zq7bearer.token',
  cookie: 'Zq8cookievalue',
  link: 'Zq9link',
  random: 'Zq10abcdefghijklmnop1234',
  reset: 'Zq11reset',
  question: 'Zq12question',
  person: 'Zq13person',
};

test('a bundle has status, log, settings, migrations, checks and versions, and no secret that was planted anywhere', async () => {
  const data = folder('planted');
  const environment = {
    REPERIO_DATA: data,
    DATABASE_URL: `postgresql://reperio:${secrets.database}@127.0.0.1:1/library`,
    REPERIO_READ_DATABASE_URL: `postgresql://reperio:${secrets.replica}@127.0.0.1:1/library`,
    REPERIO_SMTP_URL: `smtp://library:${encodeURIComponent(secrets.smtp)}@127.0.0.1:1`,
    REPERIO_SIGN_IN_SECRETS: `orcid=${secrets.provider}`,
    REPERIO_S3_SECRET: secrets.store,
    CLUSTER_LIBRARY_PASSWORD: secrets.environment,
  };
  const log = join(scratch, 'serve.log');
  const lines = [
    JSON.stringify({ level: 30, msg: 'answered', url: `/account/confirm?token=${secrets.link}`, status: 200 }),
    JSON.stringify({
      level: 30,
      authorization: `Bearer ${secrets.bearer}`,
      headers: { 'set-cookie': [`sid=${secrets.cookie}`] },
    }),
    JSON.stringify({
      level: 40,
      msg: `password authentication failed: postgresql://reperio:${secrets.database}@db1/library`,
    }),
    `plain: cookie: ${secrets.cookie}; path=/, Authorization: Bearer ${secrets.bearer} /reset/${secrets.random}`,
    `smtp said no to library:${secrets.smtp} for ${secrets.person}@example.org, s3 ${secrets.store}, ${secrets.environment}`,
    `GET /search?p=${secrets.question} 200`,
  ];
  writeFileSync(log, `${Array.from({ length: 400 }, () => lines.join('\n')).join('\n')}\nthe very last line\n`);
  const read = readSettings(environment);
  const found = await examine(read);
  const view = testView();
  const running = [
    {
      client: '192.0.2.77',
      method: 'GET',
      url: `/account/new-password?token=${secrets.reset}`,
      began: 1,
      statements: 0,
    },
  ];
  const status = {
    ...view.status,
    workers: view.status.workers.map((worker) => ({ ...worker, running })),
    deaths: view.status.deaths.map((death) => ({ ...death, running, said: [`token=${secrets.reset}`] })),
  };
  const bundle = await bundleOf({ ...found, view: { ...view, status }, read, environment, log });
  const out = folder('bundle');
  const file = join(scratch, 'bundle.tar.gz');
  writeFileSync(file, bundle);
  const { status: code, stderr } = spawnSync('tar', ['-xzf', file, '-C', out], { encoding: 'utf8' });
  assert.deepEqual([code, stderr], [0, '']);
  const [inner] = readdirSync(out);
  const names = readdirSync(join(out, inner!)).toSorted();
  assert.deepEqual(names, [
    ...['checks.json', 'diagnoses.json', 'doctor.txt', 'log.txt', 'migrations.json', 'settings.json', 'status.json'],
    'versions.json',
  ]);
  for (const name of names) {
    const text = readFileSync(join(out, inner!, name), 'utf8');
    assert.ok(text.length > 100, name);
    for (const [what, secret] of Object.entries(secrets)) {
      for (const form of [
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      ])
        assert.ok(!text.includes(form), `${what} is in ${name}`);
    }
    assert.ok(!text.includes('192.0.2.77'), `a client is in ${name}`);
    if (name.endsWith('.json')) JSON.parse(text);
  }
  const shown = readFileSync(join(out, inner!, 'log.txt'), 'utf8');
  assert.match(shown, /the very last line/);
  assert.ok(shown.split('\n').length <= 1_002);
  assert.match(
    readFileSync(join(out, inner!, 'settings.json'), 'utf8'),
    /"database-url",\s+"value": "\*\*\*",\s+"origin": "environment"/,
  );
});

test('what is no secret is left as it is', () => {
  const { text } = createRedactor(readSettings({ REPERIO_DATA: scratch }).settings, {});
  for (const plain of [
    'Worker 1 (process 4711) failed with SIGKILL after 12 s',
    'http://10.77.0.21:8080/server-status answers 200',
    'Disk of /var/lib/reperio/postgres/data/base/16384 is full',
    'a2d4e6',
  ])
    assert.equal(text(plain), plain);
});

test('without a server and without a database the question is whether one runs, and nothing throws', async () => {
  const { diagnoses, view } = await examine(readSettings({ REPERIO_DATA: folder('alone') }));
  assert.equal(view, undefined);
  const server = diagnoses.find(({ question }) => question.startsWith('Does the server'));
  assert.deepEqual([server?.answer, server?.fix], ['no', 'reperio serve']);
  assert.ok(diagnoses.some(({ question, answer }) => question.includes('room on the disks') && answer === 'yes'));
  assert.deepEqual(
    diagnoses.filter(({ answer }) => answer === 'unknown'),
    [],
  );
  const lines = diagnosisLines(diagnoses);
  assert.match(lines.join('\n'), /run\? \.\.\. no\n {2}No server answers .*\n {2}Try: reperio serve\n {2}See: docs\//);
  assert.match(lines.at(-1)!, /^\d+ questions: \d+ yes, 1 no, \d+ not set up\.$/);
});

test('settings that are allowed and look wrong are named, with what to type', () => {
  const base = { REPERIO_DATA: folder('settings') };
  const wrong = (given: Readonly<Record<string, string>>): readonly string[] =>
    settingDiagnoses(readSettings({ ...base, ...given })).flatMap(({ answer, found }) =>
      answer === 'no' ? [found] : [],
    );
  assert.deepEqual(wrong({}), []);
  assert.deepEqual(wrong({ REPERIO_BASE_URL: 'https://library.example', REPERIO_TRUST_PROXY: '10.0.0.1' }), []);
  for (const [given, expected] of [
    [{ REPERIO_TRUST_PROXY: '10.0.0.1' }, /trust-proxy is set, and base-url is not/],
    [{ REPERIO_BASE_URL: 'http://library.example' }, /in the open/],
    [{ REPERIO_SMTP_URL: 'smtp://mail.example' }, /links in e-mails/],
    [{ REPERIO_STATUS_NETWORKS: '10.0.0.0/8, 0.0.0.0/0' }, /everybody may read/],
    [{ REPERIO_FILE_DELIVERY: 'redirect' }, /needs an S3-compatible store/],
    [{ REPERIO_WEB_WORKERS: '64', REPERIO_WORKER_MEMORY: '900GB' }, /need more than/],
    [{ REPERIO_PORT: 'x' }, /REPERIO_PORT/],
  ] as const) {
    const found = wrong(given);
    assert.equal(found.length, 1, JSON.stringify(found));
    assert.match(found[0]!, expected);
  }
});

test('folders that others may read are named, and the command that is named mends them', () => {
  const data = folder('folders');
  const file = join(data, 'reperio.yaml');
  writeFileSync(file, 's3-secret: abc\nbase-url: https://library.example\n');
  mkdirSync(join(data, 'outbox'), { mode: 0o755 });
  chmodSync(join(data, 'outbox'), 0o755);
  chmodSync(file, 0o644);
  const no = () => folderDiagnoses(readSettings({ REPERIO_DATA: data })).filter(({ answer }) => answer === 'no');
  assert.deepEqual(
    no().map(({ fix }) => fix),
    [`chmod 700 ${join(data, 'outbox')}`, `chmod o= ${file}`],
  );
  const headings = [...readFileSync('docs/operating.md', 'utf8').matchAll(/^## (.*)$/gm)].map(([, one]) => one!);
  const anchors = headings.map((one) => `docs/operating.md#${anchorOf(one)}`);
  for (const { page } of no()) assert.ok(anchors.includes(page!), page);
  for (const { fix } of no()) assert.equal(spawnSync('sh', ['-c', fix!]).status, 0);
  assert.deepEqual(no(), []);
  assert.equal(statSync(file).mode & 0o007, 0);
  assert.match(folderDiagnoses(readSettings({ REPERIO_DATA: join(scratch, 'nothing') }))[0]!.found, /is not there/);
});

test('an archive is one that tar reads, whatever the lengths', () => {
  const texts = ['', 'a', 'x'.repeat(511), 'é'.repeat(256), 'y'.repeat(1025)];
  const out = folder('tar');
  const archive = join(scratch, 'some.tar');
  writeFileSync(
    archive,
    tarOf(
      texts.map((text, at) => ({ path: `d/${at}.txt`, text })),
      1_700_000_000,
    ),
  );
  assert.equal(spawnSync('tar', ['-xf', archive, '-C', out]).status, 0);
  texts.forEach((text, at) => {
    assert.equal(readFileSync(join(out, 'd', `${at}.txt`), 'utf8'), text);
  });
});

test('what is not set up is neither yes nor no', async () => {
  const read = readSettings({ REPERIO_DATA: folder('plain') });
  const { diagnoses } = await examine(read);
  const answers = Object.fromEntries(diagnoses.map(({ question, answer }) => [question, answer]));
  for (const question of [
    'Does mail leave?',
    'Do readers come by https?',
    'Is base-url set where a proxy is in front?',
    'Is the certificate of the library good for some time?',
  ])
    assert.equal(answers[question], 'not-set-up', question);
  const lines = diagnosisLines(diagnoses);
  assert.match(lines.join('\n'), /Does mail leave\? \.\.\. not set up\n {2}No mail server is set \(smtp-url\)/);
  const given = { REPERIO_DATA: folder('plain'), REPERIO_BASE_URL: 'https://library.example' };
  const set = settingDiagnoses(readSettings(given)).find(({ question }) => question.includes('https'));
  assert.equal(set?.answer, 'yes');
});

test('what a machine lacks is named: no systemd, another system than Debian, SELinux, AppArmor', () => {
  const machine = (name: string, files: Readonly<Record<string, string>>): readonly string[] => {
    const root = folder(name);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return hostDiagnoses(root).map(({ answer, found }) => `${answer}: ${found}`);
  };
  const debian = machine('debian', {
    'run/systemd/system/x': '',
    'etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
    'sys/module/apparmor/parameters/enabled': 'Y\n',
    'proc/self/attr/current': 'unconfined\n',
  });
  assert.deepEqual(
    debian.map((one) => one.split(':')[0]),
    ['yes', 'yes', 'yes'],
  );
  const [service, system, security] = machine('red-hat', {
    'etc/os-release': 'NAME="Rocky Linux"\nID="rocky"\nID_LIKE="rhel centos fedora"\n',
    'sys/fs/selinux/enforce': '1',
    'proc/self/attr/current': 'system_u:system_r:unconfined_service_t:s0\0',
  });
  assert.match(service!, /^not-set-up: There is no systemd/);
  assert.match(system!, /^not-set-up: Rocky Linux: .* dnf, and SELinux is on/);
  assert.match(security!, /^not-set-up: SELinux is enforcing, .*:unconfined_service_t:s0\./);
  const confined = machine('confined', {
    'sys/module/apparmor/parameters/enabled': 'Y\n',
    'proc/self/attr/current': 'docker-default (enforce)\n',
  });
  assert.match(confined[2]!, /^not-set-up: AppArmor confines this program by docker-default \(enforce\)\.$/);
});
