import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
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
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startSmtp } from '../../src/mail/test-smtp.ts';
import { root } from '../support/markdown.ts';
import { smsdConfiguration, startModem } from '../support/modem.ts';
import { cannotMount, openNight } from '../support/night.ts';
import { findProgram, lacks } from '../support/packages.ts';
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
