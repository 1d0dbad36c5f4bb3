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
  writeFileSync(at('a.en.md'), '# About');
  symlinkSync('a.en.md', at('link.en.md'));
  mkdirSync(at('folder.en.md'));
  execFileSync('mkfifo', [at('pipe.en.md')]);
  writeFileSync(at('huge.en.md'), '');
  // It has no blocks: whoever read it whole would need memory for all of it.
  truncateSync(at('huge.en.md'), 2 ** 40);
  symlinkSync('/dev/zero', at('device.en.md'));
  const read = filesBeside(at('site.yaml'));
  for (const name of ['a.en.md', 'link.en.md']) assert.equal(String(read(name, 100)), '# About');
  assert.equal(String(read('a.en.md', 7)), '# About');
  const problems = (name: string): string => {
    const text = `extends: default\nsite:\n  name: L\n  pages: {x: ${name}}\n`;
    return parseSite(text, { files: read })
      .problems.map(({ message }) => message)
      .join();
  };
  assert.equal(problems('folder.en.md'), 'site.pages.x: folder.en.md is a folder, and a file is wanted.');
  const noFile = 'is a pipe, a socket or a device, and a file is wanted';
  assert.equal(problems('pipe.en.md'), `site.pages.x: pipe.en.md ${noFile}.`);
  assert.equal(problems('device.en.md'), `site.pages.x: device.en.md ${noFile}.`);
  assert.equal(problems('huge.en.md'), 'site.pages.x: huge.en.md has 1099511627776 bytes; at most 200000 are allowed.');
  assert.equal(
    problems('none.en.md'),
    'site.pages.x: none.en.md cannot be read beside the site file: there is no such file.',
  );
});
