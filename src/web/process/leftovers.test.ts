import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { waitFor } from '../../../test/support/wait.ts';
import { scoreboardPath } from '../../monitor/scoreboard.ts';
import { endLeftovers } from './leftovers.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-leftovers-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a worker that hangs when its supervisor was killed is ended by the next one, and nobody else is', async () => {
  const program = join(folder, 'src/web/worker.ts');
  mkdirSync(dirname(program), { recursive: true });
  writeFileSync(program, 'setInterval(() => undefined, 1000);\n');
  const hanging = spawn(process.execPath, [program], { stdio: 'ignore' });
  const other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  try {
    const boards = [hanging, other].map(({ pid }) => scoreboardPath(folder, pid!));
    mkdirSync(dirname(boards[0]!), { recursive: true });
    for (const board of boards) writeFileSync(board, '');
    const said: string[] = [];
    const ended = once(hanging, 'exit');
    endLeftovers(folder, (sentence) => said.push(sentence), 50);
    assert.deepEqual(boards.map(existsSync), [false, false]);
    await waitFor('the word that it was killed', () => said[0]);
    assert.deepEqual(await ended, [null, 'SIGKILL']);
    assert.equal(said.length, 1);
    assert.equal(other.exitCode ?? other.signalCode, null);
  } finally {
    hanging.kill('SIGKILL');
    other.kill('SIGKILL');
  }
});
