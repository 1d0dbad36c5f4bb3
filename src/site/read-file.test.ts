import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseSite } from './parse.ts';
import { filesBeside } from './read-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-site-'));
after(() => rmSync(folder, { recursive: true }));

test('what a site file names is read only when it is a file of a size that is taken', () => {
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('a.md'), '# About');
  symlinkSync('a.md', at('link.md'));
  mkdirSync(at('folder.md'));
  execFileSync('mkfifo', [at('pipe.md')]);
  writeFileSync(at('huge.md'), '');
  // It has no blocks: whoever read it whole would need memory for all of it.
  truncateSync(at('huge.md'), 2 ** 40);
  symlinkSync('/dev/zero', at('device.md'));
  const read = filesBeside(at('site.yaml'));
  for (const name of ['a.md', 'link.md']) assert.equal(String(read(name, 100)), '# About');
  assert.equal(String(read('a.md', 7)), '# About');
  const problems = (name: string): string => {
    const text = `extends: default\nsite:\n  name: L\n  pages: {x: ${name}}\n`;
    return parseSite(text, { files: read })
      .problems.map(({ message }) => message)
      .join();
  };
  assert.equal(problems('folder.md'), 'site.pages.x: folder.md is a folder, and a file is wanted.');
  const noFile = 'is a pipe, a socket or a device, and a file is wanted';
  assert.equal(problems('pipe.md'), `site.pages.x: pipe.md ${noFile}.`);
  assert.equal(problems('device.md'), `site.pages.x: device.md ${noFile}.`);
  assert.equal(
    problems('huge.md'),
    'site.pages.x: huge.md has 1099511627776 bytes; at most 200000 are taken.',
  );
  assert.equal(
    problems('none.md'),
    'site.pages.x: none.md cannot be read beside the site file: there is no such file.',
  );
});
