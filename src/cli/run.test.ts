import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { commandGroups } from './command.ts';
import { completionScript, completionWords } from './completion.ts';
import { runCommandLine } from './run.ts';
import { commandTable } from './table.ts';

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function type(
  line: string,
  environment: Readonly<Record<string, string>> = {},
  colour = false,
): Promise<Outcome> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const world = {
    environment,
    stdin: Readable.from([]),
    stdout,
    stderr,
    colour,
    signal: new AbortController().signal,
    onHangup: () => undefined,
  };
  const status = await runCommandLine(line === '' ? [] : line.split(' '), world);
  stdout.end();
  stderr.end();
  return { status, stdout: await text(stdout), stderr: await text(stderr) };
}

test('help lists every command, and each of them explains itself with examples', async () => {
  const overview = await type('help');
  assert.equal(overview.status, 0);
  const typed = (await completionWords(commandTable))[''] ?? [];
  for (const [name, { summary, load }] of Object.entries(commandTable)) {
    assert.ok(overview.stdout.includes(`  ${name} `), name);
    assert.ok(typed.includes(name));
    assert.match(summary, /^[A-Z].*\.$/);
    const help = await type(`help ${name}`);
    assert.deepEqual([help.status, help.stderr], [0, '']);
    const { command } = await load();
    const named: readonly (readonly [string, { examples: readonly unknown[] }])[] =
      'commands' in command
        ? Object.entries(command.commands).map(([word, each]) => [`${name} ${word}`, each])
        : [[name, command]];
    for (const [words, each] of named) {
      assert.ok(each.examples.length > 0, `${words} has no example`);
      const shown = await type(`help ${words}`);
      assert.match(shown.stdout, new RegExp(`Usage: reperio ${words}\\b`));
      assert.equal((await type(`${words} --help`)).stdout, shown.stdout);
    }
  }
});

test('help groups the commands, under headings that are bold on a terminal', async () => {
  const { stdout } = await type('help');
  const headings = stdout.match(/^[A-Z]\w+:(?=\n)/gm)?.map((heading) => heading.slice(0, -1));
  assert.deepEqual(headings, commandGroups);
  assert.ok(!stdout.includes('\x1b'));
  const window = Object.assign(new PassThrough(), { isTTY: true, columns: 100 });
  await runCommandLine(['help', 'load'], {
    ...{ environment: {}, stdin: Readable.from([]), stdout: window, stderr: new PassThrough(), colour: true },
    ...{ signal: new AbortController().signal, onHangup: () => undefined },
  });
  assert.match(String(window.read()), /\x1b\[1mUsage:\x1b\[0m reperio load[\s\S]*\x1b\[1mOptions:/);
});

test('no line of help is wider than a terminal of 120 columns', async () => {
  for (const after of Object.keys(await completionWords(commandTable))) {
    const { stdout } = await type(after.startsWith('help') ? 'help' : `help ${after}`.trim());
    for (const line of stdout.split('\n')) assert.ok(line.length <= 120, line);
  }
});

describe('a mistake on the command line exits with 2 and says what was meant:', () => {
  const mistakes: readonly (readonly [line: string, told: RegExp])[] = [
    ['confg', /no command "confg".*\nhint: Did you mean `reperio config`\?/],
    ['config chek', /no command "config chek".*\nhint: Did you mean `reperio config check`\?/],
    ['__proto__', /no command "__proto__"/],
    ['config toString', /no command "config toString"/],
    ['config frobnicate', /hint: `reperio help config` lists the commands\./],
    ['help confg', /Did you mean `reperio config`\?/],
    ['config', /`reperio config` needs one of its commands: list, get, check, docs/],
    ['config list --jsn', /no option --jsn.*\nhint: Did you mean --json\?/],
    ['config list --json=yes', /--json takes no value/],
    ['config list extra', /does not take "extra"/],
    ['config get', /needs NAME/],
    ['completion csh', /does not take "csh"; it is one of bash, zsh, fish/],
  ];
  for (const [line, told] of mistakes) {
    test(line, async () => {
      const { status, stdout, stderr } = await type(line);
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(stderr, told);
    });
  }
});

test('wrong settings exit with 1 and stop only what needs them', async () => {
  const wrong = { REPERIO_PORT: 'x' };
  const checked = await type('config check', wrong);
  assert.equal(checked.status, 1);
  assert.match(
    checked.stderr,
    /^error: One mistake in the settings:\n {2}REPERIO_PORT is "x" and must be a whole number\nhint: /,
  );
  assert.equal((await type('help', wrong)).status, 0);
  assert.equal((await type('config list', wrong)).status, 0);
});

test('colour is used when asked for only', async () => {
  assert.ok((await type('nonsense', {}, true)).stderr.includes('\x1b['));
  assert.ok(!(await type('nonsense')).stderr.includes('\x1b['));
});

test('config get prints the value alone, and says by its status when there is none', async () => {
  assert.deepEqual(await type('config get port', { REPERIO_PORT: '81' }), { status: 0, stdout: '81\n', stderr: '' });
  assert.deepEqual(await type('config get database-url'), { status: 1, stdout: '', stderr: '' });
  assert.equal((await type('config get REPERIO_PORT --json')).stdout, '8080\n');
  assert.match((await type('config get prt')).stderr, /no setting prt.*\nhint: Did you mean port\?/);
});

test('config list groups the settings, with units, or shows only what was changed', async () => {
  const all = (await type('config list')).stdout;
  assert.match(all, /^Limits:\n {2}page-rate +1200 requests a minute {2}\[default\]$/m);
  assert.match(all, /^ {2}connect-timeout +10s {2}\[default\]$/m);
  assert.equal(
    (await type('config list --changed', { REPERIO_PORT: '81' })).stdout,
    'Network:\n  port  81  [REPERIO_PORT]\n',
  );
  assert.equal((await type('config list --changed')).stdout, 'Every setting has its default.\n');
  assert.ok(JSON.parse((await type('config list --json')).stdout).length > 40);
});

test('config list never shows the password of the database', async () => {
  const environment = { DATABASE_URL: 'postgresql://me:hunter2@db/x' };
  for (const line of ['config list', 'config list --json']) {
    const { stdout } = await type(line, environment);
    assert.ok(stdout.includes('(secret)') && !stdout.includes('hunter2'));
  }
});

test('the completion of bash offers commands, their commands, their options, and files elsewhere', async () => {
  const script = completionScript('bash', await completionWords(commandTable));
  const offered = (line: string) => {
    const words = line.split(' ');
    const setup = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _reperio; echo "\${COMPREPLY[*]}"`;
    return spawnSync('bash', ['-c', `${script}\n${setup}`], { encoding: 'utf8' }).stdout.trim();
  };
  assert.equal(offered('reperio con'), 'config');
  assert.equal(offered('reperio config '), 'list get check docs');
  assert.equal(offered('reperio config list --'), '--changed --json --help');
  assert.equal(offered('reperio completion z'), 'zsh');
  assert.equal(offered('reperio help db'), 'db');
});

const main = fileURLToPath(new URL('main.ts', import.meta.url));

test('version is answered as --version, and another word for a command leads to it', () => {
  const run = (...words: string[]) => spawnSync(process.execPath, [main, ...words], { encoding: 'utf8' });
  assert.deepEqual([run('version').status, run('version').stdout], [0, run('--version').stdout]);
  assert.match(run('record', 'undelete', '63').stderr, /Did you mean `reperio record restore`\?/);
  assert.match(run('file', 'delete', '63').stderr, /Did you mean `reperio file remove`\?/);
});

test('--version prints one line', () => {
  const { stdout, status } = spawnSync(process.execPath, [main, '--version'], { encoding: 'utf8' });
  assert.deepEqual([status, /^reperio \d+\.\d+\.\d+\n$/.test(stdout)], [0, true]);
});

test('a reader that has seen enough ends the command without a complaint', async () => {
  const child = spawn('bash', [
    '-c',
    `"$0" "$1" config docs | head -n 1; echo "\${PIPESTATUS[0]}"`,
    process.execPath,
    main,
  ]);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  assert.match(out, /^# Settings\n(0|141)\n$/);
  assert.equal(err, '');
});

test('what is said on a terminal has no commands to it, whoever wrote them', async () => {
  const told = async (isTTY: boolean) => {
    const [stdout, stderr] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY })];
    const { signal } = new AbortController();
    const world = { environment: {}, stdin: Readable.from([]), stdout, stderr, colour: false, signal };
    await runCommandLine(['no\x1b[2Jsuch'], { ...world, onHangup: () => undefined });
    stderr.end();
    return text(stderr);
  };
  assert.match(await told(false), /no\x1b\[2Jsuch/);
  assert.match(await told(true), /no\ufffd\[2Jsuch/);
});
