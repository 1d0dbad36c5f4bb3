import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startSmtp } from '../../src/mail/test-smtp.ts';
import { root } from '../support/markdown.ts';
import { cannotLimitMemory, limitedGroup } from '../support/memory-group.ts';
import { smsdConfiguration, startModem } from '../support/modem.ts';
import { cannotMount, openNight } from '../support/night.ts';
import { findProgram, lacks } from '../support/packages.ts';
import { startReplica } from '../support/replica.ts';
import { isWhole } from '../support/scale.ts';
import { stoppableDatabase } from '../support/stoppable-database.ts';
import { waitFor } from '../support/wait.ts';

/** Incidents that take minutes: see woken.test.ts. */
const whole = isWhole ? test : () => undefined;
const load = ['examples/laboratory/records.txt'];

whole(
  'with the database stopped, a telephone and a mailbox are told; by smstools and SMTP',
  {
    skip: lacks('curl', 'smsd'),
  },
  async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'reperio-phone-'));
    for (const name of ['outgoing', 'checked', 'incoming', 'sent', 'failed']) mkdirSync(join(folder, name));
    const [own, smtp, modem] = await Promise.all([stoppableDatabase(), startSmtp(), startModem()]);
    writeFileSync(join(folder, 'smsd.conf'), smsdConfiguration(folder, modem.port));
    const smsd = spawn(findProgram('smsd')!, ['-t', `-c${join(folder, 'smsd.conf')}`], { stdio: 'ignore' });
    const night = await openNight({
      databaseUrl: own.url,
      load,
      settings: {
        REPERIO_EMERGENCY: '* = sms:+41761111111, ada@library.example',
        REPERIO_SMS_GATEWAY: `spool:${join(folder, 'outgoing')}`,
        REPERIO_SMTP_URL: smtp.url,
      },
    });
    try {
      const began = performance.now();
      await own.stop();
      const sms = await waitFor('the text message', () => modem.received[0]);
      context.diagnostic(`from the stop of the database to the telephone: ${seconds(began)}`);
      assert.equal(sms.to, '41761111111');
      assert.match(sms.text, /^ALERT .*: database: The database does not answer/);
      const letter = await waitFor('the e-mail', () => smtp.received[0]);
      context.diagnostic(`to the mailbox: ${seconds(began)}`);
      assert.match(letter.text, /^Subject: \[ALERT\] database: /m);
      assert.match(letter.text, /See: docs\/when-you-are-woken\.md#a-lost-database/);
      await night.shell('reperio alert ack database');
      await waitFor('the acknowledgement', async () =>
        /acknowledged/.test((await night.shell('reperio alert list')).output),
      );
    } finally {
      await night.close();
      smsd.kill('SIGTERM');
      modem.close();
      await Promise.all([own.close(), smtp.stop()]);
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

const cannotLimit = isWhole ? cannotLimitMemory() : false;

whole(
  'a worker that is late, one that takes all memory, a heartbeat and mail that nobody hears: what is named mends each',
  { skip: cannotLimit || lacks('curl') },
  async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'reperio-late-'));
    const smtp = await startSmtp();
    const outside = createServer((request, response) => {
      response.writeHead(request.url === '/right' ? 200 : 404).end();
    });
    await once(outside.listen(0, '127.0.0.1'), 'listening');
    const { port } = outside.address() as AddressInfo;
    const settings = (path: string, mail: string): string =>
      `heartbeat-url: http://127.0.0.1:${port}/${path}\nsmtp-url: ${mail}\n`;
    // A worker that is told so takes memory and does not give it back.
    const leak = join(folder, 'leak.mjs');
    writeFileSync(
      leak,
      `import { readFileSync } from 'node:fs';
      const kept = [];
      if (process.argv[1]?.endsWith('worker.ts'))
        setInterval(() => {
          try {
            if (kept.length === 0) kept.push(Buffer.alloc(Number(readFileSync('${folder}/' + process.pid)), 1));
          } catch {}
        }, 100).unref();`,
    );
    const group = limitedGroup();
    // Also when the night does not begin.
    context.after(async () => {
      group.end();
      await smtp.stop();
      outside.close();
      outside.closeAllConnections();
      rmSync(folder, { recursive: true, force: true });
    });
    const night = await openNight({
      load,
      settings: { REPERIO_WEB_WORKERS: '2', REPERIO_EMERGENCY: '* = ada@library.example' },
      serveBy: ['sh', '-c', `echo $$ > ${group.folder}/cgroup.procs && exec "$@"`, 'sh'],
      serveWith: { NODE_OPTIONS: `--import ${leak}` },
      prepare: async (shell, own) => {
        mkdirSync(join(own, 'data'), { recursive: true });
        writeFileSync(join(own, 'data/reperio.yaml'), settings('wrong', 'smtp://127.0.0.1:1'));
        return shell('reperio config check');
      },
    });
    let stopping: NodeJS.Timeout | undefined;
    try {
      const asked = async (): Promise<unknown> =>
        Promise.all([1, 2].map(() => fetch(`${night.address}/health/live`, { headers: { connection: 'close' } })));
      await waitFor('both workers', async () => /2 of 2 workers/.test((await night.find('ready')).sentence));
      const pid = await night.workerPid();
      // As a machine that gives its turn to others, again and again.
      const tell = (signal: NodeJS.Signals): void => {
        try {
          process.kill(pid, signal);
        } catch {
          // It has ended.
        }
      };
      stopping = setInterval(() => {
        tell('SIGSTOP');
        setTimeout(() => tell('SIGCONT'), 1_400);
      }, 2_000);
      const alone = new RegExp(`; worker 1 \\(process ${pid}\\) is, and the others are not\\.$`);
      const late = await waitFor('a worker that is late', async () => {
        await asked();
        const found = await night.find('lag');
        if (found.state !== 'ok' && alone.test(found.sentence)) return found;
        throw new Error(`it is ${found.state}: ${found.sentence}`);
      });
      assert.equal(late.fix, 'systemctl reload reperio-web');
      const unheard = await night.untilSays('heartbeat', 'warning', /; alerts cannot be sent, .* ECONNREFUSED/);
      await night.untilSays('mail', 'critical', /^The mail server 127\.0\.0\.1:1 does not take mail/);

      assert.equal(unheard.fix, 'reperio alert test --dry-run');
      writeFileSync(join(night.data, 'reperio.yaml'), settings('right', smtp.url));
      await night.mend('lag', late, async () => {
        await waitFor('the new worker', async () => (await night.workerPid()) !== pid);
        clearInterval(stopping);
      });
      // The same reload has read the settings.
      await night.mend('heartbeat', unheard);
      await night.untilSays('mail', 'ok', /answers; 0 e-mails are kept/);

      await waitFor('both workers', async () => /2 of 2 workers/.test((await night.find('ready')).sentence));
      const greedy = await night.workerPid();
      const room = group.limit(400_000_000);
      writeFileSync(join(folder, String(greedy)), String(room.free - Math.round(room.total * 0.07)));
      const full = await night.untilSays(
        'memory',
        'warning',
        new RegExp(
          `^\\d % \\(\\d+ MB\\) of the memory of the control group is available; the largest process is worker 1 \\(process ${greedy}\\) with `,
        ),
      );
      assert.equal(full.fix, `kill ${greedy}`);
      await night.mend('memory', full);
      await waitFor('both workers', async () => /2 of 2 workers/.test((await night.find('ready')).sentence));
    } finally {
      clearInterval(stopping);
      await night.close();
    }
  },
);

whole(
  'a replica that receives all and does nothing of it',
  { skip: lacks('curl', 'psql', 'pg_basebackup') },
  async () => {
    const own = await stoppableDatabase();
    const night = await openNight({ databaseUrl: own.url, load });
    const replica = await startReplica(own.url);
    try {
      await night.untilSays('replicas', 'ok', /^1 replica; the slowest is 0\.0 s behind\.$/);
      await replica.query('SELECT pg_wal_replay_pause()');
      const write = `psql "$(reperio db url)" -qAt -c "SELECT pg_logical_emit_message(true, 'night', 'x')"`;
      const found = await waitFor('a replica that is behind', async () => {
        await night.shell(write);
        const now = await night.find('replicas');
        return now.state === 'warning' && now;
      });
      assert.match(found.sentence, /^1 replica; the slowest is \d{2}\.\d s behind\.$/);
      await replica.query('SELECT pg_wal_replay_resume()');
      // The command that is named shows that it has caught up.
      assert.match(await night.mend('replicas', found), /streaming/);
      await replica.stop();
      await night.untilSays('replicas', 'ok', /^There is no replica\.$/);
    } finally {
      await replica.stop();
      await night.close();
      await own.close();
    }
  },
);

whole('a dead node is missed by the others', { skip: lacks('curl') }, async (context) => {
  const first = await openNight({ load });
  const second = await openNight({ databaseUrl: first.databaseUrl, settings: { REPERIO_NODE_NAME: 'web2' } });
  try {
    await waitFor('both', async () => /2 nodes/.test((await first.find('nodes')).sentence));
    const began = performance.now();
    process.kill(second.pid, 'SIGKILL');
    await first.untilSays('nodes', 'warning', /^1 node has told nothing: web2 \(http.*\) for \d+ s\.$/);
    context.diagnostic(`missed after ${seconds(began)}`);
    await second.type('A dead node', 'systemctl restart reperio-web');
    await first.untilSays('nodes', 'ok', /2 nodes, none silent/);
  } finally {
    await second.close();
    await first.close();
  }
});

whole('a supervisor that a reload has left behind', { skip: lacks('curl') }, async () => {
  const night = await openNight({ load });
  try {
    const next = join(night.folder, 'next');
    mkdirSync(next);
    cpSync(join(root, 'src'), join(next, 'src'), { recursive: true });
    for (const name of ['node_modules', 'scripts', 'bin']) symlinkSync(join(root, name), join(next, name));
    const text = readFileSync(join(root, 'package.json'), 'utf8');
    writeFileSync(join(next, 'package.json'), text.replace(/"version": "[^"]+"/, '"version": "99.0.0"'));
    assert.equal((await night.shell(`ln -sfn ${next} ${night.folder}/current`)).status, 0);
    await night.type('A worker that crashes in a loop', 'systemctl reload reperio-web');
    await night.untilSays('versions', 'warning', /99\.0\.0/);
    await night.type('Releases that are mixed', 'systemctl restart reperio-web');
    await night.untilSays('versions', 'ok', /99\.0\.0/);
  } finally {
    await night.close();
  }
});

whole('a flood of crawlers', { skip: cannotMount() || lacks('curl', 'nft') }, async () => {
  const heading = 'A flood of crawlers';
  const night = await openNight({
    network: true,
    load,
    settings: { REPERIO_EXEMPT_NETWORKS: '127.0.0.1, ::1', REPERIO_PAGE_RATE: '60' },
  });
  try {
    await night.find('refused');
    const crawl = `for i in $(seq 400); do curl -s -m 2 -o /dev/null --interface 127.0.1.7 '${night.address}/search?p='$i || exit 1; done`;
    assert.equal((await night.shell(crawl)).status, 0);
    const { state, sentence } = await night.find('refused');
    // How much it is depends on the machine.
    assert.ok(state === 'warning' || state === 'critical', sentence);
    assert.match(sentence, /^[1-9][\d.]* requests a second were refused/);
    await night.type(heading, 'reperio status');
    const table =
      'nft add table inet filter && nft add chain inet filter input { type filter hook input priority 0 \\; }';
    assert.equal((await night.shell(table)).status, 0);
    await night.type(heading, 'nft add rule inet filter input ip saddr 192.0.2.0/24 drop', {
      '192.0.2.0/24': '127.0.1.0/24',
    });
    assert.equal((await night.shell(crawl)).status, 1, 'it reaches the library no more');
    await waitFor('a minute without', async () => (await night.find('refused')).state === 'ok', 120_000);
  } finally {
    await night.close();
  }
});

whole('an archive that fails, a drill, and a database that is lost', { skip: lacks('curl', 'psql') }, async () => {
  const night = await openNight({ embedded: true, load });
  try {
    const archive = 'An archive that fails';
    const on = await night.shell('reperio backup continuous on');
    assert.equal(on.status, 0, on.output);
    const [place, aside] = [join(night.data, 'backups/wal'), join(night.data, 'backups/wal.aside')];
    renameSync(place, aside);
    const write = `psql "$(reperio db url)" -qAt -c "SELECT pg_logical_emit_message(false, 'night', 'x'); SELECT pg_switch_wal()"`;
    assert.equal((await night.shell(write)).status, 0);
    await night.untilSays('wal', 'warning', /^The database cannot archive \w+ of its log; \d+ files? waits?/);
    await night.type(archive, 'reperio backup continuous status', {}, 1);
    await night.type(archive, 'reperio config get backup', {}, 1);
    renameSync(aside, place);
    await waitFor('the archive', async () => (await night.find('wal')).state === 'ok', 150_000);

    const backup = 'A backup that is missing';
    assert.match(await night.type(backup, 'reperio backup'), /^Kept as /m);
    assert.match(await night.type(backup, 'reperio backup drill'), /RTO \d/);
    await night.untilSays('drill', 'ok', /took \d+.* to restore/);
    const set = join(night.data, 'backups/sets', readdirSync(join(night.data, 'backups/sets')).toSorted().at(-1)!);
    const damaged = await night.shell(
      `printf X | dd of=${set}/tables/record.copy.zst bs=1 seek=40 conv=notrunc status=none`,
    );
    assert.equal(damaged.status, 0, damaged.output);
    assert.match(await night.type(backup, 'reperio backup verify', {}, 1), /record\.copy\.zst/);
    await night.untilSays('backup', 'critical', /is not whole/);
    await night.type(backup, 'reperio backup');
    await night.untilSays('backup', 'ok', /./);

    const lost = 'A lost database';
    await night.stop();
    rmSync(join(night.data, 'postgres/data'), { recursive: true });
    assert.match((await night.shell('reperio db status')).output, /postgres\/data/);
    await night.type(lost, 'reperio restore');
    await night.start();
    await night.untilSays('database', 'ok', /./);
    await night.untilSays('answer', 'ok', /found 4 records/);
  } finally {
    await night.close();
  }
});

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
