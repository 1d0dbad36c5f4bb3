import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fencesOf, readDocument, root } from '../support/markdown.ts';
import { lacks } from '../support/packages.ts';
import { runShell } from '../support/shell.ts';
import { openSmallLibrary, passwordOf, type SmallLibrary } from '../support/small-library.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-curl-'));
let library: SmallLibrary;
before(async () => {
  library = await openSmallLibrary({
    site: 'examples/laboratory/site.yaml',
    load: [join(root, 'examples/laboratory/records.txt')],
    administrator: 'ada',
  });
});
after(async () => {
  await library?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('examples/curl/session.md: each step answers what stands below it', { skip: lacks('curl') }, async () => {
  const here = (text: string): string => text.replaceAll('http://127.0.0.1:8080', library.address);
  const fences = fencesOf(readDocument('examples/curl/session.md'));
  const commands = fences.filter(({ info }) => info === 'sh');
  const answers = fences.filter(({ info }) => info === 'text');
  assert.ok(commands.length > 10 && commands.length === answers.length);
  // An answer without a newline at its end is shown as a line of its own, as a terminal's next
  // prompt would.
  const printed = await runShell(
    commands.map(({ text }) => ({ text: here(text) })),
    { cwd: folder, env: { PASSWORD: passwordOf('ada') } },
  );
  for (const [at, { text, line }] of answers.entries())
    assert.equal(printed[at]!.trimEnd(), here(text).trimEnd(), `line ${line}`);
});
