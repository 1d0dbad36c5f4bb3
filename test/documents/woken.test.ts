import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import sql, { raw } from 'sql-template-tag';
import { startSmtp, type TestSmtp } from '../../src/mail/test-smtp.ts';
import { connect, type Database } from '../../src/store/database.ts';
import { root } from '../support/markdown.ts';
import { cannotMount, type Night, openNight, standIn } from '../support/night.ts';
import { lacks } from '../support/packages.ts';
import { isWhole } from '../support/scale.ts';
import { waitFor } from '../support/wait.ts';

/**
 * Incidents of docs/when-you-are-woken.md, made to happen to a node: the check says so, the alert
 * names the section, and the commands of the section, as they are written there, mend it.
 */
/** Those that take long. */
const whole = isWhole ? test : () => undefined;

describe('a night on a machine', { skip: cannotMount() || lacks('curl', 'psql', 'pg_dump') }, () => {
  let night: Night;
  let database: Database;
  let smtp: TestSmtp;
  /** A disk of 40 MB, mounted where documents are kept, as /etc/fstab says. */
  let files: string;

  before(async () => {
    smtp = await startSmtp();
    night = await openNight({
      mounts: true,
      filesBelow: 'documents',
      settings: { REPERIO_SMTP_URL: smtp.url, REPERIO_LOCK_TIMEOUT: '4s' },
      load: ['examples/laboratory/records.txt'],
      prepare: async (shell, folder) => {
        const disk = join(folder, 'disk');
        const fstab = join(folder, 'fstab');
        files = join(folder, 'documents');
        mkdirSync(disk);
        mkdirSync(files);
        writeFileSync(fstab, `${disk} ${files} none bind 0 0\n`);
        const lines = [
          `mount -t tmpfs -o size=40m,nr_inodes=400 none ${disk}`,
          `mount --bind ${fstab} /etc/fstab`,
          `mount ${files}`,
          'reperio file add 1 README.md',
        ];
        return shell(lines.join(' && '));
      },
    });
    database = connect(night.databaseUrl, {
      ...{ connectTimeout: 5_000, statementTimeout: 30_000, lockTimeout: 30_000, poolSize: 4 },
    });
  });
  after(async () => {
    await database.close();
    await night.close();
    await smtp.stop();
  });

  test('a backup that is missing', async () => {
    const heading = 'A backup that is missing';
    await database.query(sql`UPDATE library SET created = now() - interval '4 days'`);
    await night.untilSays('backup', 'critical', /^There is no backup yet, and the library is 4 d old/);
    await night.type(heading, 'reperio tasks status');
    await night.type(heading, 'reperio backup list', {}, 1);
    await night.type(heading, 'reperio backup');
    await night.untilSays('backup', 'ok', /^The newest backup, .*, is \d+/);
  });

  test('a disk that fills', async () => {
    const heading = 'A disk that fills';
    const upload = join(files, 'incoming/killed.part');
    const filled = await night.shell(`head -c 40500000 /dev/zero > ${upload} && touch -d '3 days ago' ${upload}`);
    assert.equal(filled.status, 0, filled.output);
    await night.untilSays('disk', 'critical', /^\d\.\d % .* of the disk of .*documents is free/);
    await night.type(heading, 'du -xhd1 /var/lib/reperio', { '/var/lib/reperio': files });
    await night.type(heading, 'reperio gc');
    await night.untilSays('disk', 'ok', /free/);
    const many = await night.shell(`for i in $(seq 400); do touch -d '3 days ago' ${upload}.$i.part || break; done`);
    assert.match(many.output, /No space left/);
    await night.untilSays('inodes', 'critical', /^0\.\d % of the inodes of the disk of .*documents/);
    await night.type(heading, 'reperio gc');
    await night.untilSays('inodes', 'ok', /inodes/);
  });

  test('a lost or damaged document', async () => {
    const heading = 'A lost or damaged document';
    await night.shell(`find ${files} -type f -size +1k -not -name '.*' -exec rm {} +`);
    const said = await night.type(heading, 'reperio file verify', {}, 1);
    await night.untilSays('files', 'critical', /^1 document of 1 is known/);
    const [, path, digest] = /put it back as (\S*\/([0-9a-f]{64}))/.exec(said) ?? [];
    assert.ok(path !== undefined && digest !== undefined, said);
    const words = { BACKUP: join(night.data, 'backups'), AB: digest.slice(0, 2), CD: digest.slice(2, 4) };
    await night.type(heading, 'cp BACKUP/content/AB/CD/DIGEST PATH', { ...words, DIGEST: digest, PATH: path });
    await night.type(heading, 'sha256sum PATH', { PATH: path });
    await night.type(heading, 'reperio file verify');
    await night.untilSays('files', 'ok', /^0 documents of 1/);
  });

  test('a folder of documents that is not mounted', async () => {
    const heading = 'A folder of documents that is not mounted';
    const there = { '/srv/reperio/files': files };
    const gone = await night.shell(`umount ${files}`);
    assert.equal(gone.status, 0, gone.output);
    await night.untilSays('files-folder', 'critical', /none of the documents of this library: it is not mounted/);
    await night.type(heading, 'findmnt --target /srv/reperio/files', there);
    await night.type(heading, 'mount /srv/reperio/files', there);
    assert.match(await night.type(heading, 'reperio check files-folder'), /^FILES-FOLDER OK /);
    await night.type(heading, 'reperio file verify');
  });

  test('mail that does not leave', async () => {
    const heading = 'Mail that does not leave';
    const outbox = join(night.data, 'outbox');
    const letter = join(outbox, 'one.eml');
    const { port, host } = new URL(smtp.url);
    await smtp.stop();
    mkdirSync(outbox, { recursive: true });
    writeFileSync(letter, 'From: library@library.example\nTo: ada@library.example\nSubject: A new password\n\nHere.\n');
    await night.untilSays('mail', 'critical', /does not take mail: .*ECONNREFUSED.*; 1 e-mail is kept in .*outbox/);
    const ask = 'openssl s_client -connect mail.example:587 -starttls smtp </dev/null';
    await night.type(heading, ask, { 'mail.example:587': host }, 1);
    await night.type(heading, 'reperio config list --changed');
    smtp = await startSmtp(Number(port));
    const send = `import { createTransport } from '${import.meta.resolve('nodemailer')}';
      import { text } from 'node:stream/consumers';
      const raw = await text(process.stdin);
      const to = /^To: (.*)$/m.exec(raw)[1];
      await createTransport('${smtp.url}').sendMail({ envelope: { from: 'library@library.example', to }, raw });`;
    writeFileSync(join(night.folder, 'send.mjs'), send);
    standIn(night, 'sendmail', `exec '${process.execPath}' '${join(night.folder, 'send.mjs')}'`);
    await night.type(heading, 'sendmail -t < FILE.eml && rm FILE.eml', { 'FILE.eml': letter });
    await night.untilSays('mail', 'ok', /answers; 0 e-mails are kept/);
    assert.deepEqual(smtp.received[0]?.to, ['ada@library.example']);
  });

  whole('a slow page, and a transaction that stays open', async () => {
    const heading = 'A slow page';
    const held = await holdTable('record');
    const pages = Array.from({ length: 22 }, () => fetch(`${night.address}/record/1`).then((answer) => answer.text()));
    await waitFor('statements that wait', async () =>
      /\b[1-9]\d* statements? waits?\b/.test((await night.find('locks')).sentence),
    );
    const locks = await night.type(heading, 'reperio check locks');
    assert.match(locks, new RegExp(`process ${held.pid}\\b`));
    await night.type(heading, 'reperio check database');
    await waitFor('more than a second', () => performance.now() - held.began > 1_300);
    const end = `psql "$(reperio db url)" -c 'SELECT pg_terminate_backend(4711)'`;
    await night.type('A runaway task', end, { 4711: String(held.pid) });
    await Promise.all([...pages, held.ended]);
    await night.untilSays('slow', 'warning', /^95 of 100 requests of \/record\/:id were answered within \d/);
    // What comes after it is quick again.
    for (let round = 0; round < 50; round++)
      await Promise.all(Array.from({ length: 10 }, () => fetch(`${night.address}/record/1`).then((one) => one.text())));
    await night.untilSays('slow', 'ok', /./);
    await night.untilSays('locks', 'ok', /./);
  });

  test('a job that failed is named until somebody has seen it', async () => {
    const heading = 'A job that failed or waits';
    const [row] = await database.query<{ id: number }>(sql`
      INSERT INTO job (kind, name, state, problem, ended) VALUES ('load', 'big.xml', 'failed', 'The disk is full.', now()) RETURNING id`);
    await night.untilSays(
      'jobs',
      'warning',
      /^1 job failed, the last of them job \d+, load big\.xml: The disk is full\.$/,
    );
    assert.match(await night.type(heading, 'reperio jobs --state failed'), /big\.xml +failed/);
    await night.type(heading, 'reperio job log 12', { 12: String(row!.id) });
    await night.type(heading, 'reperio job acknowledge 12', { 12: String(row!.id) });
    await night.untilSays('jobs', 'ok', /./);
  });

  test('a library that an operator has closed: a search is refused, and that is no server error', async () => {
    const failedLately = async (): Promise<number> => Number.parseInt((await night.find('errors')).sentence, 10);
    const before = await failedLately();
    const closed = await night.shell(`reperio site level closed --message 'Being repaired'`);
    assert.equal(closed.status, 0, closed.output);
    const found = await night.untilSays('answer', 'warning', /^The library is closed to readers by an operator\.$/);
    assert.equal(found.fix, 'reperio site level open');
    const refused = Array.from({ length: 8 }, () => fetch(`${night.address}/record/1`).then(({ status }) => status));
    assert.deepEqual(new Set(await Promise.all(refused)), new Set([503]));
    await night.mend('answer', found);
    // Those eight are counted when the next five seconds are over.
    await waitFor('the requests', async () =>
      /^\d+ answers? of (?:9|[1-9]\d+) in /.test((await night.find('errors')).sentence),
    );
    assert.ok((await failedLately()) <= before, 'none of the eight');
  });

  test('an index that is not read any more, and pages that fail: both name who keeps the database waiting', async () => {
    const held = await holdTable('record, manifest');
    // Of all answers of the last two minutes so many that it is a warning.
    const [, before = ''] = / of (\d+) in /.exec((await night.find('errors')).sentence) ?? [];
    const many = Math.max(3, Math.ceil(Number(before) / 40));
    const pages = Array.from({ length: many }, () => fetch(`${night.address}/record/1`).then(({ status }) => status));
    const blame = `rocess ${held.pid} of the database \\(".*"\\) keeps \\d+ statements? waiting`;
    const index = await night.untilSays(
      'index',
      'warning',
      new RegExp(`P${blame}\\. The index of \\d+ records was read`),
    );
    assert.deepEqual(new Set(await Promise.all(pages)), new Set([503]));
    const failed = new RegExp(
      `^\\d+ answers of \\d+ in the last two minutes were server errors \\(5xx\\); p${blame}\\.$`,
    );
    const errors = await night.untilSays('errors', 'warning', failed);
    assert.equal(errors.fix, index.fix);
    assert.match((await night.find('locks')).sentence, new RegExp(`process ${held.pid}\\b`));
    await night.mend('index', index);
    await held.ended;
    // What comes after it is answered.
    await waitFor('the share of errors', async () => {
      for (let round = 0; round < 10; round++)
        await Promise.all(
          Array.from({ length: 10 }, () => fetch(`${night.address}/health/live`).then((one) => one.text())),
        );
      const { state, sentence } = await night.find('errors');
      return state === 'ok' && /were server errors \(5xx\)\.$/.test(sentence);
    });
  });

  whole(
    'an index that was emptied by mistake: nothing is found, and the command that is named makes it again',
    async () => {
      await database.query(sql`DELETE FROM delta`);
      await database.query(sql`UPDATE manifest SET segments = '{}', version = version + 1`);
      const found = await night.untilSays(
        'answer',
        'critical',
        /^Nothing can be found: the index has none of the 4 records of the library\.$/,
      );
      assert.equal(found.fix, 'reperio index rebuild');
      await night.mend('answer', found);
      assert.match((await night.find('answer')).sentence, /found 4 records/);
    },
  );

  test('a webhook that takes nothing is named until it does, or is removed', async () => {
    const heading = 'A webhook that fails';
    await database.query(sql`
      INSERT INTO webhook (name, url, events, secret, place, active, failing, off_reason)
      VALUES ('discovery', 'http://127.0.0.1:9/', '{record.*}', 'whsec_AAAA', 1, false, now() - interval '75 minutes', 'it took nothing for 5 days')`);
    await night.untilSays('webhooks', 'warning', /^Webhook discovery was switched off: it took nothing for 5 days\.$/);
    await night.type(heading, 'reperio webhooks log discovery --state waiting');
    await night.type(heading, 'reperio webhooks on discovery');
    await night.untilSays('webhooks', 'ok', /./);
    await night.type(heading, 'reperio webhooks remove discovery');
  });

  whole('a runaway task, and the transaction that it waits for', async () => {
    const heading = 'A runaway task';
    await waitFor('the tasks of the start', async () => {
      const rows = await database.query(sql`SELECT FROM task WHERE name = 'files' AND ended IS NOT NULL`);
      return rows.length > 0;
    });
    const held = await holdTable('content_check');
    try {
      await database.query(sql`UPDATE task SET due = now() WHERE name = 'files'`);
      await waitFor('the task', async () => {
        const rows = await database.query(sql`SELECT FROM task WHERE name = 'files' AND began > ended`);
        return rows.length > 0;
      });
      await database.query(
        sql`UPDATE task SET began = now() - interval '241 minutes', ended = NULL WHERE name = 'files'`,
      );
      await night.untilSays('tasks', 'critical', /^files has been running for 241 min on web1\.$/);
      await night.type(heading, 'reperio tasks status');
      const stop = night.type(heading, 'reperio tasks stop NAME', { NAME: 'files' });
      await waitFor('the request to stop', async () => {
        const rows = await database.query(sql`SELECT FROM task WHERE name = 'files' AND stop_asked IS NOT NULL`);
        return rows.length > 0;
      });
      const end = `psql "$(reperio db url)" -c 'SELECT pg_terminate_backend(4711)'`;
      await night.type(heading, end, { 4711: String(held.pid) });
      await stop;
    } finally {
      await held.end();
    }
    await night.untilSays('tasks', 'ok', /none overdue, none with a problem/);
  });

  whole('a table dropped by mistake', async () => {
    const heading = 'A table dropped by mistake';
    const constraints = (): Promise<readonly unknown[]> =>
      database.query(sql`SELECT conrelid::regclass::text AS table, conname AS name FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2`);
    const before = await constraints();
    await database.query(sql`DROP TABLE person CASCADE`);
    await night.untilSays('schema', 'critical', /^The table person is not in the database, and nothing else knows/);
    await night.type(heading, `reperio site level closed --message 'Being repaired'`);
    const copy = { '/srv/restored': join(night.folder, 'restored') };
    await night.type(heading, 'reperio restore --into /srv/restored', copy);
    const name = "export COPY='env -u DATABASE_URL REPERIO_ISOLATED=true REPERIO_DATA=/srv/restored'";
    await night.type(heading, name, copy);
    const end = await night.beside(heading, '$COPY reperio serve --port 8099', { 8099: '0' });
    await night.type(heading, 'pg_dump -t person "$($COPY reperio db url)" | psql "$(reperio db url)"');
    const keys = 'pg_dump --section=post-data "$($COPY reperio db url)" | psql -q "$(reperio db url)"';
    await night.type(heading, keys);
    await end();
    assert.match(await night.type(heading, 'reperio check schema'), /^SCHEMA OK /);
    await night.type(heading, 'reperio site level open');
    assert.deepEqual(await constraints(), before);
  });

  whole('a worker that crashes in a loop after an upgrade, and the failure that is new', async () => {
    const heading = 'A worker that crashes in a loop';
    const [broken, current] = [join(night.folder, 'broken'), join(night.folder, 'current')];
    mkdirSync(join(broken, 'src/web'), { recursive: true });
    writeFileSync(join(broken, 'src/web/worker.ts'), "throw new Error('Cannot find module ./missing.ts');\n");
    symlinkSync(join(root, 'src/web/background.ts'), join(broken, 'src/web/background.ts'));
    const paths = { '/opt/reperio/releases/0.1.0': broken, '/opt/reperio/current': current };
    const link = 'ln -sfn /opt/reperio/releases/0.1.0 /opt/reperio/current';
    await night.type(heading, link, paths);
    process.kill(await night.workerPid(), 'SIGKILL');
    const found = await night.untilSays('workers', 'critical', /^Worker 1 crashes in a loop: \d+ workers died/);
    assert.match(found.sentence, /Cannot find module \.\/missing\.ts/);
    const log = `journalctl -u reperio-web -o cat --since -1h | grep '"level":[45]0' | tail -n 20`;
    assert.match(await night.type('A slow page', log), /Cannot find module|worker/i);
    await night.type(heading, 'reperio config check');
    await night.type(heading, link, { ...paths, '/opt/reperio/releases/0.1.0': root });
    await night.type(heading, 'systemctl reload reperio-web');
    await night.untilSays('ready', 'ok', /1 of 1 worker ready/);

    const failure = 'A failure that is new';
    for (;;) {
      const { state, fix = '' } = await night.find('problems');
      if (state === 'ok') break;
      const [, fingerprint = ''] = /^reperio failures show (\S+)$/.exec(fix) ?? [];
      await night.type(failure, 'reperio failures show FINGERPRINT', { FINGERPRINT: fingerprint });
      await night.type(failure, 'reperio failures resolve FINGERPRINT', { FINGERPRINT: fingerprint });
    }
  });

  test('a dead node', async () => {
    const heading = 'A dead node';
    process.kill(night.pid, 'SIGKILL');
    await waitFor('its end', async () => (await night.shell('reperio check ready')).status === 3);
    assert.match((await night.shell('reperio check ready')).output, /^READY UNKNOWN - No server answers/);
    assert.match(await night.type(heading, 'systemctl status reperio-web'), /failed/);
    await night.type(heading, 'systemctl restart reperio-web');
    await night.untilSays('ready', 'ok', /1 of 1 worker ready/);
  });

  interface HeldTable {
    readonly pid: number;
    readonly began: number;
    readonly ended: Promise<void>;
    /** Of the transaction, if it is still open. */
    end(): Promise<void>;
  }

  /** A transaction that has a table for itself, until somebody ends it. */
  async function holdTable(name: string): Promise<HeldTable> {
    const held = Promise.withResolvers<number>();
    const other = connect(night.databaseUrl, {
      ...{ connectTimeout: 5_000, statementTimeout: 60_000, lockTimeout: 30_000, poolSize: 1 },
    });
    const ended = other
      .transaction(async (transaction) => {
        await transaction.query(sql`LOCK TABLE ${raw(name)} IN ACCESS EXCLUSIVE MODE`);
        const [row] = await transaction.query<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
        held.resolve(row!.pid);
        await transaction.query(sql`SELECT pg_sleep(55)`);
      })
      .catch((error: unknown) => held.reject(error))
      .then(() => other.close());
    const pid = await held.promise;
    return {
      ...{ pid, ended, began: performance.now() },
      end: async () => {
        await database.query(sql`SELECT pg_terminate_backend(${pid}::int)`);
        await ended;
      },
    };
  }
});
