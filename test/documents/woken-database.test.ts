import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import sql from 'sql-template-tag';
import { type Night, openNight, standIn } from '../support/night.ts';
import { findProgram, lacks } from '../support/packages.ts';
import { isWhole } from '../support/scale.ts';
import { type StoppableDatabase, stoppableDatabase } from '../support/stoppable-database.ts';

const whole = isWhole ? test : () => undefined;

/** Incidents of docs/when-you-are-woken.md that are about other programs: see woken.test.ts. */
describe('a night of the programs around it', { skip: lacks('curl', 'nginx', 'openssl', 'faketime') }, () => {
  let own: StoppableDatabase;
  let night: Night;
  let folder: string;
  /** Of nginx, which shows the certificate. */
  let port: number;
  /** What libfaketime reads: how far the clock of the node is off. */
  let clock: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'reperio-around-'));
    [own, port] = await Promise.all([stoppableDatabase(), freePort()]);
    clock = join(folder, 'clock');
    writeFileSync(clock, '+0');
    night = await openNight({
      databaseUrl: own.url,
      load: ['examples/laboratory/records.txt'],
      settings: {
        REPERIO_BASE_URL: `https://localhost:${port}`,
        NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
      serveWith: { LD_PRELOAD: '/usr/$LIB/faketime/libfaketime.so.1' },
      prepare: async (shell) => {
        const { status, output } = await shell(`${authority(folder)}\n${certificate(folder, 12)}`);
        if (status !== 0) return { status, output };
        writeFileSync(join(folder, 'nginx.conf'), nginx(folder, port));
        return shell(`${findProgram('nginx')} -p ${folder} -c ${folder}/nginx.conf`);
      },
    });
    night.units.set('nginx', {
      reload: async () => {
        const { status, output } = await night.shell(
          `${findProgram('nginx')} -p ${folder} -c ${folder}/nginx.conf -s reload`,
        );
        assert.equal(status, 0, output);
        return undefined;
      },
    });
    night.units.set('postgresql', {
      status: async () => 'failed',
      restart: async () => {
        await own.start();
        return undefined;
      },
    });
  });
  after(async () => {
    await night.close();
    process.kill(Number(readFileSync(join(folder, 'nginx.pid'), 'utf8')), 'SIGTERM');
    await own.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('a certificate that expires', async () => {
    const heading = 'A certificate that expires';
    await night.untilSays(
      'certificate',
      'warning',
      /^The certificate of localhost by Night is good for 1[12] d, until /,
    );
    // The authority is somewhere else.
    standIn(night, 'certbot', `test "$1" = renew && { ${certificate(folder, 90)}; }`);
    await night.type(heading, 'certbot renew');
    assert.match(await night.type(heading, 'reperio check certificate', {}, 1), /^CERTIFICATE WARNING/);
    await night.type(heading, 'systemctl reload haproxy', { haproxy: 'nginx' });
    await night.untilSays('certificate', 'ok', /good for (89|90) d/);
  });

  test('a clock that is wrong', async () => {
    const heading = 'A clock that is wrong';
    writeFileSync(clock, '-45');
    await night.untilSays('clock', 'critical', /^The clock is 4[45]\.\d s behind that of the database/);
    standIn(night, 'chronyc', `test "$1" = makestep && printf '+0' > '${clock}'`);
    await night.type(heading, 'chronyc makestep');
    await night.untilSays('clock', 'ok', /as that of the database/);
  });

  // It writes a gigabyte.
  whole('a slot that nobody reads keeps the log of the database until its disk is full', async () => {
    const { database } = own;
    // As a replica leaves it behind that is gone; then more than a gigabyte of log.
    await database.transaction(async (transaction) => {
      await transaction.query(sql`SELECT pg_create_physical_replication_slot('db2', true)`);
    });
    await database.transaction(async (transaction) => {
      await transaction.query(sql`SET LOCAL wal_init_zero = off`);
      for (let file = 0; file < 62; file++) {
        await transaction.query(sql`SELECT pg_logical_emit_message(false, 'night', 'x')`);
        await transaction.query(sql`SELECT pg_switch_wal()`);
      }
    });
    const found = await night.untilSays(
      'replicas',
      'warning',
      /^There is no replica\. The log is kept for 1 slot that nobody reads, 1\.\d GB for db2\.$/,
    );
    await night.type('A lost database', found.fix!.replace("'db2'", "'NAME'"), { NAME: 'db2' });
    await night.untilSays('replicas', 'ok', /^There is no replica\.$/);
  });

  test('a lost database: searches are answered, checks say it, the supervisor answers', async () => {
    const heading = 'A lost database';
    await own.stop();
    await night.untilSays('database', 'critical', /^The database does not answer: /);
    const asked = async (path: string): Promise<readonly [number, string]> => {
      const answer = await fetch(`${night.address}${path}`);
      return [answer.status, await answer.text()];
    };
    // The node serves what it has; what looks after it says what is wrong.
    assert.deepEqual((await asked('/health/ready'))[0], 200);
    assert.deepEqual(await asked('/search?of=id&p=muon').then(([status]) => status), 200);
    assert.deepEqual((await asked('/health/check/ready'))[0], 200);
    const [status, line] = await asked('/health/check/database');
    assert.deepEqual([status, /^DATABASE CRITICAL - The database does not answer: /.test(line)], [503, true]);
    assert.match((await asked('/health/check/all'))[1], /^DATABASE CRITICAL - /m);
    assert.match((await night.shell('reperio check database')).output, /^DATABASE CRITICAL - /);
    assert.match((await night.shell('reperio status')).output, /^web1 is serving at [\s\S]*^database CRITICAL: /m);
    const { output: shown } = await night.shell('reperio doctor; reperio status');
    assert.match(shown, /^Not known without the database: schema, .*backup/m);
    assert.equal(shown.match(/^Is what needs the database well\? \.\.\. not known$/gm)?.length, 1);
    await night.type(heading, 'systemctl status postgresql');
    await night.type(heading, 'systemctl restart postgresql');
    await night.untilSays('database', 'ok', /^The database answered/);
    assert.match((await night.shell('reperio check database')).output, /^DATABASE OK - /);
  });
});

function authority(folder: string): string {
  return `openssl req -x509 -newkey rsa:2048 -nodes -days 900 -subj '/O=Night/CN=Authority' -keyout ${folder}/ca.key -out ${folder}/ca.pem 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout ${folder}/key.pem -out ${folder}/request.pem 2>/dev/null
printf 'subjectAltName=DNS:localhost' > ${folder}/names`;
}

function certificate(folder: string, days: number): string {
  return `openssl x509 -req -in ${folder}/request.pem -CA ${folder}/ca.pem -CAkey ${folder}/ca.key -CAcreateserial -days ${days} -extfile ${folder}/names -out ${folder}/certificate.pem 2>/dev/null`;
}

function nginx(folder: string, port: number): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${folder}/nginx.pid;
error_log ${folder}/nginx.log;
events {}
http {
  access_log off;
  ${kinds.map((kind) => `${kind}_temp_path ${folder};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${folder}/certificate.pem;
    ssl_certificate_key ${folder}/key.pem;
    return 204;
  }
}
`;
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });
}
