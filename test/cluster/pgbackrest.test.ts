import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { topologyOf } from '../../src/cluster/topology/read.ts';
import { isWhole } from '../support/scale.ts';
import { waitFor } from '../support/wait.ts';
import { password } from './config/plan.ts';
import { Cluster } from './hosts/cluster.ts';
import { asPostgres, home, infoOf, installRendered, makeFolders, runUnit } from './roles/pgbackrest.ts';
import { program } from './roles/reperio.ts';
import { skipTier } from './tiers.ts';

const address = '10.77.0.31';
const repository = '/var/lib/pgbackrest';
const clusterText = (backup: string): string => `
name: library
base-url: http://library.example
network: 10.77.0.0/16
hosts:
  db1: {address: ${address}, roles: [web, database], memory: 512MB}
database: {name: library, user: library}
backup: {keep: "3 daily, 2 weekly", ${backup}}
`;
const topology = topologyOf(clusterText(`repository: ${repository}`), 'the cluster of the test');
const endpoint = 'https://localhost:9443';
const inS3 = topologyOf(
  clusterText(`repository: s3://backups/db, s3: {endpoint: "${endpoint}"}`),
  'the cluster of the test',
);
/** A server of S3 that speaks TLS, as pgBackRest demands, with a certificate of its own. */
const s3Server = `
  const { createRequire } = await import('node:module');
  const { readFileSync } = await import('node:fs');
  const S3rver = createRequire(${JSON.stringify(import.meta.url)})('s3rver');
  const [key, cert] = ['key', 'cert'].map((name) => readFileSync('/etc/s3/' + name + '.pem'));
  await new S3rver({
    address: '127.0.0.1', port: 9443, silent: true, directory: '/var/lib/s3', key, cert,
    configureBuckets: [{ name: 'backups', configs: [] }],
  }).run();`;

describe('a database server with pgBackRest, by what is rendered', { skip: skipTier('backups') }, () => {
  let cluster: Cluster;
  const sql = (statement: string): Promise<string> =>
    asPostgres(cluster, 'db1', `psql -XAtq -v ON_ERROR_STOP=1 -h /var/run/postgresql -d library -c "${statement}"`);
  const pgbackrest = (words: string): Promise<string> =>
    asPostgres(cluster, 'db1', `pgbackrest --stanza=library ${words}`, { timeout: 120_000 });
  const start = async (): Promise<void> => {
    const words = [
      '-D',
      '/var/lib/postgresql/15/library',
      '-c',
      'config_file=/etc/postgresql/15/library/postgresql.conf',
    ];
    await cluster.spawn('db1', 'postgres', [...cluster.asPostgres, '/usr/lib/postgresql/15/bin/postgres', ...words], {
      environment: { HOME: home },
    });
    await waitFor('the server', () => asPostgres(cluster, 'db1', 'psql -h /var/run/postgresql -XAtqc "SELECT 1"'));
    await waitFor(
      'the end of its recovery',
      async () =>
        (await asPostgres(cluster, 'db1', 'psql -h /var/run/postgresql -XAtqc "SELECT pg_is_in_recovery()"')).trim() ===
        'f',
    );
  };
  const reperio = (...words: readonly string[]): Promise<string> =>
    cluster.exec('db1', ['sh', '-ec', `set -a; . /etc/reperio/secrets.env; exec '${program}' "$@"`, 'sh', ...words], {
      environment: { REPERIO_CONFIG: '/etc/reperio/reperio.yaml', REPERIO_DATA: '/var/lib/reperio' },
      timeout: 60_000,
    });

  before(async () => {
    cluster = await Cluster.open({ db1: address });
    await makeFolders(cluster, 'db1', repository);
    await cluster.exec('db1', ['pg_createcluster', '--locale=C.UTF-8', '15', 'library'], { timeout: 60_000 });
    installRendered(cluster, topology, ['db1']);
    await cluster.exec('db1', ['chown', '-R', 'postgres:', '/etc/postgresql']);
    await start();
    await asPostgres(cluster, 'db1', 'sh /etc/reperio/create-database.sh "host=/var/run/postgresql dbname=postgres"', {
      environment: { LIBRARY_PASSWORD: password },
    });
    await reperio('db', 'migrate');
  });
  after(() => cluster?.close());

  test('the stanza, the archive and backups work; a differential one is small; and a restore ends exactly with a commit', async () => {
    await pgbackrest('stanza-create');
    await pgbackrest('check');
    assert.equal(await runUnit(cluster, 'db1', 'full'), 'made');
    await sql('CREATE TABLE mark (n integer PRIMARY KEY)');
    const { stop } = (await infoOf(cluster, 'db1'))[0]!.timestamp;
    // pgBackRest compares times in whole seconds.
    await waitFor(
      'a later second',
      async () => (await sql(`SELECT clock_timestamp() >= to_timestamp(${stop + 1})`)).trim() === 't',
    );
    let target = '';
    for (let n = 1; n <= 20; n++) {
      await sql(`INSERT INTO mark VALUES (${n})`);
      if (n === 7) target = (await sql('SELECT clock_timestamp()')).trim();
      if (n === 12) assert.equal(await runUnit(cluster, 'db1', 'diff'), 'made');
    }
    await sql('DROP TABLE mark');
    await asPostgres(cluster, 'db1', 'psql -h /var/run/postgresql -XAtqc "SELECT pg_switch_wal()"');
    const [full, diff] = await infoOf(cluster, 'db1');
    assert.deepEqual([full?.type, diff?.type], ['full', 'diff']);
    assert.ok(diff!.info.repository.delta < full!.info.repository.delta / 4);

    const timeline = (): Promise<string> => sql('SELECT timeline FROM library');
    const before = Number(await timeline());
    await cluster.host('db1').stop('postgres', 'SIGINT');
    await pgbackrest(`--delta --type=time --target='${target}' --target-action=promote restore`);
    await start();
    assert.equal((await sql('SELECT count(*), max(n) FROM mark')).trim(), '7|7');
    // As the manual says; no node takes index files from before.
    const said = await reperio('restore', '--done', '--at', target);
    assert.match(said, /reperio file verify/);
    assert.ok(Number(await timeline()) > before + 1_000);
    // It archives again, on a timeline of its own.
    await sql('INSERT INTO mark VALUES (21)');
    await pgbackrest('check');
  });

  if (isWhole)
    test('the same server gives a base and its log to a role that may replicate, over TCP; the library comes back from them', {
      timeout: 120_000,
    }, async () => {
      const refused = await reperio('backup', 'continuous', 'on').catch((error: Error) => error.message);
      assert.match(refused, /The role library may not read the log.*dumps only/);
      await asPostgres(cluster, 'db1', 'psql -h /var/run/postgresql -XAtqc "ALTER ROLE library REPLICATION"');
      const closed = await reperio('backup', 'continuous', 'on').catch((error: Error) => error.message);
      assert.match(closed, /lets nobody copy its files[\s\S]*no pg_hba.conf entry for replication/);
      await cluster.exec('db1', [
        'sh',
        '-c',
        `echo 'host replication library ${address}/32 scram-sha-256' >> /etc/postgresql/15/library/pg_hba.conf`,
      ]);
      await asPostgres(cluster, 'db1', 'psql -h /var/run/postgresql -XAtqc "SELECT pg_reload_conf()"');
      assert.match(await reperio('backup', 'continuous', 'on'), /every point in time can be restored/);
      await reperio('person', 'add', 'ada', '--email', 'ada@library.example');
      await reperio('backup', 'continuous', 'status').catch((error: Error) => error.message);
      const [base] = JSON.parse(await reperio('backup', 'list', '--json')).sets as readonly { readonly set: string }[];
      assert.match(await reperio('restore', base!.set, '--into', '/var/lib/reperio-restored'), /Restored 0 records/);
      assert.equal(
        await cluster.exec('db1', ['sh', '-c', 'ls /var/lib/reperio-restored | grep -c recovering || :']),
        '0\n',
      );
    });

  if (isWhole)
    test('a repository in S3, by what is rendered: backups, the archive, and a restore', {
      timeout: 180_000,
    }, async () => {
      const certificate = `mkdir -p /etc/s3 /var/lib/s3 /etc/pgbackrest/conf.d
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \\
          -keyout /etc/s3/key.pem -out /etc/s3/cert.pem 2>/dev/null
        chmod 644 /etc/s3/cert.pem`;
      await cluster.exec('db1', ['sh', '-ec', certificate], { timeout: 30_000 });
      await cluster.spawn('db1', 's3', [process.execPath, '--input-type=module', '-e', s3Server]);
      installRendered(cluster, inS3, ['db1']);
      await cluster.exec('db1', ['chown', '-R', 'postgres:', '/etc/postgresql']);
      const refused = await pgbackrest('stanza-create').catch((error: Error) => error.message);
      assert.match(refused, /requires option: repo1-s3-key/);
      // As the manual says.
      cluster
        .host('db1')
        .write(
          '/etc/pgbackrest/conf.d/s3-key.conf',
          '[global]\nrepo1-s3-key=S3RVER\nrepo1-s3-key-secret=S3RVER\nrepo1-storage-ca-file=/etc/s3/cert.pem\n',
          0o640,
        );
      await cluster.exec('db1', ['chown', 'postgres:', '/etc/pgbackrest/conf.d/s3-key.conf']);
      await waitFor('the server of S3', () => pgbackrest('stanza-create'));
      await pgbackrest('check');
      assert.equal(await runUnit(cluster, 'db1', 'full'), 'made');
      const before = (await sql('SELECT count(*) FROM mark')).trim();
      await sql('INSERT INTO mark VALUES (100)');
      await asPostgres(cluster, 'db1', 'psql -h /var/run/postgresql -XAtqc "SELECT pg_switch_wal()"');
      await pgbackrest('check');
      assert.match(await cluster.exec('db1', ['ls', '/var/lib/s3/backups/db']), /archive[\s\S]*backup/);
      await cluster.host('db1').stop('postgres', 'SIGINT');
      await pgbackrest('--delta restore');
      await start();
      assert.equal((await sql('SELECT count(*) FROM mark')).trim(), String(Number(before) + 1));
      installRendered(cluster, topology, ['db1']);
      await cluster.exec('db1', ['rm', '/etc/pgbackrest/conf.d/s3-key.conf']);
      await cluster.exec('db1', ['chown', '-R', 'postgres:', '/etc/postgresql']);
    });

  test('a replica makes none, and what cannot be archived is told by the check', async () => {
    await cluster.exec('db1', ['chmod', '000', repository]);
    await sql('INSERT INTO mark VALUES (22)');
    await asPostgres(cluster, 'db1', 'psql -h /var/run/postgresql -XAtqc "SELECT pg_switch_wal()"');
    await waitFor(
      'a failure',
      async () => (await sql('SELECT last_failed_time > last_archived_time FROM pg_stat_archiver')).trim() === 't',
    );
    const told = await reperio('check', 'wal').catch((error: Error) => error.message);
    assert.match(told, /The database cannot archive 0000/);
    await cluster.exec('db1', ['chmod', '750', repository]);
    await waitFor(
      'the archive',
      async () => (await sql('SELECT last_archived_time > last_failed_time FROM pg_stat_archiver')).trim() === 't',
      120_000,
    );
    await cluster.host('db1').stop('postgres', 'SIGINT');
    await asPostgres(cluster, 'db1', 'touch /var/lib/postgresql/15/library/standby.signal');
    const words = [
      '-D',
      '/var/lib/postgresql/15/library',
      '-c',
      'config_file=/etc/postgresql/15/library/postgresql.conf',
    ];
    await cluster.spawn('db1', 'postgres', [...cluster.asPostgres, '/usr/lib/postgresql/15/bin/postgres', ...words]);
    await waitFor('the replica', () => sql('SELECT 1'));
    assert.equal(await runUnit(cluster, 'db1', 'full'), 'not here');
  });
});
