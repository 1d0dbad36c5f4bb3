import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Drawing, type DrawingOptions, drawApart, missingLibrary } from './draw-apart.ts';
import type { ThumbnailKind } from './kinds.ts';
import { gif, pdf, png, svg, tiff, webpSize } from './test-pictures.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-drawing-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const { signal } = new AbortController();
let files = 0;

async function draw(
  bytes: Buffer,
  kind: ThumbnailKind,
  pixels = 320,
  options: Partial<DrawingOptions> = {},
): Promise<Drawing> {
  const path = join(folder, String(++files));
  writeFileSync(path, bytes);
  return drawApart({ path, kind, pixels }, { signal, ...options });
}

async function sizeOf(bytes: Buffer, kind: ThumbnailKind, pixels?: number): Promise<readonly number[]> {
  const drawing = await draw(bytes, kind, pixels);
  assert.ok(drawing.kind === 'drawn', JSON.stringify(drawing));
  return webpSize(drawing.bytes);
}

async function reasonOf(bytes: Buffer, kind: ThumbnailKind, options?: Partial<DrawingOptions>): Promise<string> {
  const drawing = await draw(bytes, kind, 320, options);
  assert.equal(drawing.kind, 'cannot', JSON.stringify(drawing));
  return drawing.kind === 'cannot' ? drawing.reason : '';
}

describe('what is drawn', () => {
  test('pictures, no larger than they are', async () => {
    assert.equal(missingLibrary(), undefined);
    assert.deepEqual(await sizeOf(png(1000, 500), 'image'), [320, 160]);
    assert.deepEqual(await sizeOf(png(30, 40), 'image'), [30, 40]);
    assert.deepEqual(await sizeOf(gif, 'image'), [1, 1]);
    assert.deepEqual(await sizeOf(tiff(), 'image'), [2, 2]);
    assert.deepEqual(await sizeOf(png(300, 300).subarray(0, 60), 'image'), [300, 300], 'as much as there is');
    const again = await draw(png(100, 100), 'image');
    assert.ok(again.kind === 'drawn');
    assert.deepEqual(await sizeOf(again.bytes, 'image', 50), [50, 50], 'a WebP');
  });

  test('the first page of a PDF', async () => {
    assert.deepEqual(await sizeOf(pdf(), 'pdf'), [226, 320]);
    assert.deepEqual(await sizeOf(pdf(842, 595), 'pdf', 1200), [1200, 848]);
    const page = await draw(pdf(), 'pdf');
    const empty = await draw(pdf(1, 1), 'pdf');
    assert.ok(page.kind === 'drawn' && empty.kind === 'drawn' && page.bytes.length > empty.bytes.length);
  });
});

test('in a release whose node_modules is a link, and whose folder has an odd name', async () => {
  const release = join(folder, 'a %41#?*');
  const here = fileURLToPath(new URL('.', import.meta.url));
  cpSync(here, join(release, 'src/thumbnails'), { recursive: true });
  writeFileSync(join(release, 'package.json'), '{"type": "module"}');
  symlinkSync(join(here, '../../node_modules'), join(release, 'node_modules'));
  const other: typeof import('./draw-apart.ts') = await import(
    pathToFileURL(join(release, 'src/thumbnails/draw-apart.ts')).href
  );
  const path = join(folder, 'linked.pdf');
  writeFileSync(path, pdf());
  const drawing = await other.drawApart({ path, kind: 'pdf', pixels: 320 }, { signal });
  assert.equal(drawing.kind, 'drawn', JSON.stringify(drawing));
});

describe('what is not', () => {
  test('a picture that says it has 50,000 × 50,000 pixels', async () => {
    assert.equal(await reasonOf(png(50_000, 50_000, { whole: false }), 'image'), 'it has 50000 × 50000 pixels');
  });

  test('damaged files, and those that are no picture', async () => {
    assert.match(await reasonOf(png(300, 300).subarray(0, 20), 'image'), /cannot be read/);
    assert.match(await reasonOf(pdf().subarray(0, 200), 'pdf'), /no page|cannot be read/);
    assert.match(await reasonOf(Buffer.alloc(0), 'image'), /another format/);
  });

  test('a drawing with a script, whatever its name says, and a PDF that is called a picture', async () => {
    for (const bytes of [svg, pdf()]) assert.match(await reasonOf(bytes, 'image'), /another format/);
    const wrapped = Buffer.concat([Buffer.from('GIF89a'), svg]);
    assert.match(await reasonOf(wrapped, 'image'), /cannot be read/);
  });
});

describe('the process that draws', () => {
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  // A program can only be read beside the document: as the document.
  const runs = async (text: string, limits: DrawingOptions['limits'] = {}): Promise<Drawing> => {
    const path = write(`program-${++files}.mjs`, text);
    return drawApart({ path, kind: 'image', pixels: 1 }, { signal, program: path, limits });
  };

  test('is ended by the kernel when it takes too much of the processor', async () => {
    assert.deepEqual(await runs('for (;;);', { cpu: 1 }), {
      kind: 'cannot',
      reason: 'the process that draws ended with SIGKILL',
    });
  });

  test('is ended when it takes too long, has too much memory, or answers too much', async () => {
    const waits = 'setInterval(() => undefined, 1000);';
    const reasons: readonly (readonly [DrawingOptions['limits'], string, RegExp])[] = [
      [{ time: 200 }, waits, /more time/],
      [{ resident: 1_000_000 }, waits, /more memory/],
      [{ answer: 1000 }, `process.stdout.write('x'.repeat(5000)); ${waits}`, /too large/],
    ];
    for (const [limits, text, reason] of reasons) {
      const drawing = await runs(text, limits);
      assert.ok(drawing.kind === 'cannot' && reason.test(drawing.reason), JSON.stringify(drawing));
    }
  });

  test('reads nothing but its release and the document, writes and starts nothing, has no secrets', async () => {
    process.env['REPERIO_TEST_SECRET'] = 'x';
    const secret = write('secret', 'secret');
    const tried = await runs(`
      import { readFileSync, writeFileSync } from 'node:fs';
      import { spawnSync } from 'node:child_process';
      const tries = {
        read: () => readFileSync(${JSON.stringify(secret)}),
        write: () => writeFileSync(${JSON.stringify(join(folder, 'written'))}, 'x'),
        start: () => spawnSync('true'),
      };
      const done = Object.entries(tries).flatMap(([name, attempt]) => {
        try { attempt(); return [name]; } catch (error) { return [error.code]; }
      });
      process.stdout.write(JSON.stringify([...done, process.env.REPERIO_TEST_SECRET ?? 'none']));`);
    delete process.env['REPERIO_TEST_SECRET'];
    assert.ok(tried.kind === 'drawn', JSON.stringify(tried));
    const denied = 'ERR_ACCESS_DENIED';
    assert.deepEqual(JSON.parse(tried.bytes.toString()), [denied, denied, denied, 'none']);
    assert.equal(existsSync(join(folder, 'written')), false);
  });

  test('says nothing of the document when the library does not load, or we are ending', async () => {
    const path = write('picture', '');
    writeFileSync(path, png(9, 9));
    const none = await runs('process.stderr.write("no vips"); process.exitCode = 4;');
    assert.deepEqual(none, { kind: 'stopped', reason: 'no vips' });
    const ending = new AbortController();
    const drawing = drawApart({ path, kind: 'image', pixels: 1 }, { signal: ending.signal });
    ending.abort();
    assert.equal((await drawing).kind, 'stopped');
  });
});
