import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { topologyOf } from '../../src/cluster/topology/read.ts';
import { type Advice, assignmentsOf, type TuneReport } from '../../src/maintain/tune/advice.ts';
import { isWhole } from '../support/scale.ts';
import { waitFor } from '../support/wait.ts';
import { dataFolder } from './config/patroni.ts';
import { databaseAddresses, databaseHosts } from './config/plan.ts';
import { Cluster } from './hosts/cluster.ts';
import { killPrimary, primaryOf, startDatabase, startPatroni, waitUntilWhole } from './roles/patroni.ts';
import { asPostgres, infoOf, installRendered, makeFolders, runUnit } from './roles/pgbackrest.ts';
import { ownFolderOfPostgres } from './roles/postgres.ts';
import { program } from './roles/reperio.ts';
import { startSsh } from './roles/ssh.ts';
import { skipTier } from './tiers.ts';

const repository = '/var/lib/pgbackrest';
const three = topologyOf(
  `
name: library
base-url: http://library.example
network: 10.77.0.0/16
hosts:
  web1: {address: 10.77.0.21, roles: [web]}
${Object.entries(databaseAddresses)
  .map(([name, at]) => `  ${name}: {address: ${at}, roles: [database], memory: 512MB}`)
  .join('\n')}
  mon1: {address: 10.77.0.60, roles: [monitor]}
database: {name: library, user: library, data: ${dataFolder}}
backup: {repository: "mon1:${repository}"}
`,
  'three servers of the test',
);

/** As docs/backup.md says it, with ssh, Patroni and etcd; half a minute. */
if (isWhole)
  describe('three servers under Patroni, with the repository on another host', { skip: skipTier('archive') }, () => {
    let cluster: Cluster;
    const hosts = [...databaseHosts, 'mon1'];
    const sql = (name: string, statement: string): Promise<string> =>
      asPostgres(cluster, name, `psql -XAtq -v ON_ERROR_STOP=1 -h /var/run/postgresql -d library -c "${statement}"`);
    const repositoryOnly = (words: string): Promise<string> =>
      asPostgres(cluster, 'mon1', `pgbackrest --stanza=library ${words}`, { timeout: 120_000 });

    before(async () => {
      cluster = await Cluster.open({ ...databaseAddresses, mon1: '10.77.0.60', client: '10.77.2.50' });
      for (const name of hosts) await makeFolders(cluster, name, name === 'mon1' ? repository : undefined);
      installRendered(cluster, three, hosts);
      await startSsh(cluster, hosts);
      for (const name of databaseHosts) await ownFolderOfPostgres(cluster, name);
      await Promise.all(databaseHosts.map((name) => startDatabase(cluster, name)));
      await waitUntilWhole(cluster);
    });
    after(() => cluster?.close());

    test('what tune advises for a running Patroni can be set as it says, and is not advised any more', {
      timeout: 180_000,
    }, async () => {
      const primary = await primaryOf(cluster);
      const tune = (name: string, words: string): Promise<string> =>
        // Status 1: there is advice.
        asPostgres(cluster, name, `'${program}' tune database ${words} || [ $? = 1 ]`, {
          environment: {
            DATABASE_URL: 'postgres://postgres@/library?host=%2Fvar%2Frun%2Fpostgresql',
            REPERIO_DATA: '/tmp/tune',
          },
        });
      const advised = async (name: string): Promise<readonly Advice[]> => {
        const report = JSON.parse(await tune(name, '--json')) as TuneReport;
        assert.match(report.subject, /a server of Patroni/);
        return report.advice.filter(({ state }) => state === 'advise');
      };
      const before = await advised(primary);
      const lines = (await tune(primary, '--apply')).split('\n').filter((line) => line.startsWith('patronictl '));
      const wanted = assignmentsOf(before);
      assert.equal(lines.length > 0, wanted.length > 0, JSON.stringify(before));
      for (const line of lines)
        await asPostgres(cluster, primary, line.replace(/ edit-config /, ' edit-config --force '));
      await asPostgres(cluster, primary, 'patronictl -c /etc/patroni/config.yml restart --force library');
      await waitUntilWhole(cluster);
      const after = await primaryOf(cluster);
      for (const name of databaseHosts)
        assert.deepEqual(
          (await advised(name)).filter(({ set = [] }) => set.length > 0),
          [],
          name === after ? 'the primary' : 'a standby',
        );
    });

    test('backups find the primary, also another one, and all three come back as of a commit', {
      timeout: 300_000,
    }, async () => {
      await repositoryOnly('stanza-create');
      await repositoryOnly('check');
      assert.equal(await runUnit(cluster, 'mon1', 'full'), 'made');
      const first = await primaryOf(cluster);
      await sql(first, 'CREATE TABLE mark (n integer PRIMARY KEY)');
      await sql(first, 'INSERT INTO mark VALUES (1)');
      await killPrimary(cluster, dataFolder);
      const second = await primaryOf(cluster, first);
      await waitUntilWhole(cluster);
      assert.equal(await runUnit(cluster, 'mon1', 'diff'), 'made');
      const { stop } = (await infoOf(cluster, 'mon1')).at(-1)!.timestamp;
      await waitFor(
        'a later second',
        async () => Number(await sql(second, 'SELECT extract(epoch FROM clock_timestamp())::int')) > stop + 1,
      );
      await sql(second, 'INSERT INTO mark VALUES (2)');
      const target = (await sql(second, 'SELECT clock_timestamp()')).trim();
      await sql(second, 'DROP TABLE mark');
      await sql(second, 'SELECT pg_switch_wal()');
      await waitFor(
        'the archive',
        async () => (await sql(second, 'SELECT last_archived_time FROM pg_stat_archiver')).trim() > target,
      );

      for (const name of databaseHosts) await cluster.host(name).stop('patroni');
      await asPostgres(
        cluster,
        second,
        `pgbackrest --stanza=library --delta --type=time --target='${target}' --target-action=promote restore`,
        { timeout: 120_000 },
      );
      const programs = '/usr/lib/postgresql/15/bin';
      await asPostgres(
        cluster,
        second,
        `${programs}/pg_ctl -s -w -D ${dataFolder} -l /var/log/postgresql/restore.log start`,
      );
      await waitFor(
        'the end of the recovery',
        async () => (await sql(second, 'SELECT pg_is_in_recovery()')).trim() === 'f',
      );
      await asPostgres(cluster, second, `${programs}/pg_ctl -s -w -D ${dataFolder} stop`);
      await cluster.exec(second, [
        'sh',
        '-ec',
        "printf 'library\\nYes I am aware\\n' | patronictl -c /etc/patroni/config.yml remove library",
      ]);
      for (const name of databaseHosts) if (name !== second) await cluster.exec(name, ['rm', '-rf', dataFolder]);
      await startPatroni(cluster, second);
      await primaryOf(cluster);
      for (const name of databaseHosts) if (name !== second) await startPatroni(cluster, name);
      await waitUntilWhole(cluster);
      for (const name of databaseHosts)
        assert.equal((await sql(name, 'SELECT array_agg(n ORDER BY n) FROM mark')).trim(), '{1,2}');
      await repositoryOnly('check');
    });
  });
