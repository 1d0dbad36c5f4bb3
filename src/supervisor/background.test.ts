import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { waitFor } from '../../test/support/wait.ts';
import { BackgroundProcess } from './background.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-background-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const entry = join(folder, 'background.mjs');
writeFileSync(
  entry,
  `process.on('message', ({ kind, data }) => {
  if (kind === 'close') process.exit(0);
  const times = (data?.kept?.times ?? 0) + 1;
  process.send({ doing: 'counting ' + times, resident: 0, kept: { times } });
  if (times === 2) process.send({ doing: undefined, resident: 1e12, kept: { times } });
});
`,
);

function started(nodeAt: (start: number) => string): { background: BackgroundProcess; said: string[] } {
  const said: string[] = [];
  let starts = 0;
  const plan = {
    release: () => ({ folder, entry: pathToFileURL(entry), node: nodeAt(++starts) }),
    start: (kept: unknown) => ({ kept }),
  };
  const background = new BackgroundProcess(
    plan,
    { write: () => undefined },
    { say: (_, sentence) => said.push(sentence) },
  );
  background.begin();
  return { background, said };
}

test('a process that could not be started is told and tried again, and nothing else ends', async () => {
  const { background, said } = started((start) => (start === 1 ? '/nonexistent/node' : process.execPath));
  await waitFor('its first count', () => background.status().doing === 'counting 1');
  assert.match(said[0]!, /ENOENT/);
  assert.equal(background.status().deaths, 1);
  await background.close();
});

test('a release that cannot be found at the moment is told and tried again', async () => {
  const { background, said } = started((start) => {
    if (start === 1) throw new Error('no such release');
    return process.execPath;
  });
  await waitFor('its first count', () => background.status().doing === 'counting 1');
  assert.match(said[0]!, /no such release/);
  await background.close();
});

test('its successor knows what the one before has kept; one that holds much memory and has nothing to do makes room', async () => {
  const { background, said } = started(() => process.execPath);
  await waitFor('its first count', () => background.status().doing === 'counting 1');
  process.kill(background.status().pid, 'SIGKILL');
  // The second one is worn as soon as it is done, which is no death.
  await waitFor('the count of the third process', () => background.status().doing === 'counting 3');
  assert.equal(background.status().deaths, 1);
  assert.match(said.join(), /SIGKILL while counting 1/);
  await background.close();
  assert.equal(said.length, 1);
});

test('that it ends with its node is nothing to tell', async () => {
  const { background, said } = started(() => process.execPath);
  await waitFor('its first count', () => background.status().doing === 'counting 1');
  background.expectEnd();
  process.kill(background.status().pid, 'SIGTERM');
  await waitFor('its end', () => background.status().pid === 0);
  await background.close();
  assert.deepEqual(said, []);
});
