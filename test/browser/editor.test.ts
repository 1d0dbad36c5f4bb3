import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import sql from 'sql-template-tag';
import { field } from '../../src/formats/test-records.ts';
import { controlField, type MarcRecord } from '../../src/marc/record.ts';
import { toCompleteTextMarc } from '../../src/marc/writers/text-complete.ts';
import { readRecord } from '../../src/records/history.ts';
import { openTestEditor, type TestEditor } from '../../src/web/edit/test-editor.ts';
import { testPassword } from '../../src/web/test-people.ts';
import { launchChromium, patience, withoutChromium } from '../support/chromium.ts';
import { accessViolations, checkLooks } from '../support/looks.ts';
import { waitFor } from '../support/wait.ts';

// `npm test` says loudly what is missing, and fails for it in CI.

type Cookies = Exclude<BrowserContextOptions['storageState'], string>;

/** For one thing to show. */

describe('the editor in Chromium', { skip: withoutChromium }, () => {
  let editor: TestEditor;
  let browser: Browser;
  let base: string;
  const cookies = new Map<string, Cookies>();
  let lamp: number;

  before(async () => {
    editor = await openTestEditor();
    base = await editor.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await launchChromium();
    for (const name of ['ada', 'bob']) {
      const context = await browser.newContext({ javaScriptEnabled: false });
      const page = await context.newPage();
      await page.goto(`${base}/account/sign-in?back=/edit`);
      await page.fill('#name', name);
      await page.fill('#password', testPassword);
      await page.keyboard.press('Enter');
      await page.waitForURL(`${base}/edit`);
      cookies.set(name, await context.storageState());
      await context.close();
    }
    lamp = await add('A lamp');
  });
  after(async () => {
    await browser?.close();
    await editor?.close();
  });

  const recordOf = (title: string): MarcRecord => ({
    leader: '00000nam a2200000 a 4500',
    fields: [
      controlField('008', '931122s1993    xxu           000 0 eng d'),
      field('1001_', '$aEllis, John'),
      field('24500', `$a${title}`),
      field('500__', '$anote$xzqxjvkwhidden'),
      field('980__', '$aBOOK'),
    ],
  });
  async function add(title: string): Promise<number> {
    return (await editor.add(recordOf(title)))[0]!;
  }
  const now = async (id: number): Promise<string> =>
    toCompleteTextMarc((await readRecord(editor.store.database, id)).record);

  async function opened(path: string, work: (page: Page) => Promise<void>, name = 'ada'): Promise<void> {
    const context = await browser.newContext({
      storageState: cookies.get(name)!,
      viewport: { width: 1280, height: 900 },
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of (404|409|422)/.test(message.text()))
        complaints.push(message.text());
    });
    try {
      await page.goto(base + path);
      await ready(page);
      await work(page);
      assert.deepEqual(complaints, []);
    } finally {
      await context.close();
    }
  }
  const ready = (page: Page) => page.waitForSelector('html[data-editor=ready]', { state: 'attached' });
  const textOf = (page: Page) => page.evaluate<string>('reperioEditor.state.doc.toString()');
  const tabs = (count: number): readonly string[] => Array.from({ length: count }, () => 'Tab');
  const selected = (page: Page) => page.evaluate<string>('getSelection().toString()');
  /** Waits for an expression: the content policy lets no text be run by the page itself. */
  const until = (page: Page, expression: string) =>
    waitFor(expression, () => page.evaluate<boolean>(expression), patience);
  async function press(page: Page, ...keys: readonly string[]): Promise<void> {
    for (const key of keys) await page.keyboard.press(key);
  }

  test('a record is changed and saved by the keyboard alone', async () => {
    const id = await add('Keyboard');
    await opened(`/record/${id}/edit`, async (page) => {
      assert.equal(await textOf(page), (await now(id)).replace('$$xzqxjvkwhidden', '').trimEnd());
      await press(page, 'Control+Home', ...tabs(9));
      assert.equal(await selected(page), '100');
      await press(page, 'Tab', 'Tab');
      assert.equal(await selected(page), 'Ellis, John');
      await press(page, 'Shift+Tab');
      assert.equal(await selected(page), '1_');
      await press(page, 'Tab', 'End', 'Control+d');
      await page.keyboard.type('eauthor');
      assert.match(await textOf(page), /1001_ \$\$aEllis, John\$\$eauthor\n/);
      await press(page, 'Control+Enter');
      await page.keyboard.type('Zimmermann, Zoe');
      await press(page, 'Home', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowRight');
      await page.keyboard.type('700');
      assert.match(await textOf(page), /eauthor\n7001_ \$\$aZimmermann, Zoe\n/);
      await press(page, 'Alt+ArrowDown');
      assert.match(await textOf(page), /24500 \$\$aKeyboard\n7001_ \$\$aZimmermann, Zoe\n/);
      await press(page, 'End', 'Enter');
      await page.keyboard.type('650');
      await press(page, 'Tab');
      assert.equal(await selected(page), '__');
      await press(page, 'Tab');
      await page.keyboard.type('Lamps');
      await press(page, 'Control+d');
      await page.keyboard.type('xHistory');
      await press(page, 'Control+Shift+X');
      assert.match(await textOf(page), /650__ \$\$aLamps\n/);
      await press(page, 'Control+z');
      assert.match(await textOf(page), /650__ \$\$aLamps\$\$xHistory\n/);
      await press(page, 'Control+s');
      await until(page, `document.querySelector('.state').textContent.startsWith('Saved as version 2')`);
      const saved = await now(id);
      assert.match(saved, /650__ \$\$aLamps\$\$xHistory/);
      assert.match(saved, /\$\$xzqxjvkwhidden/, 'what she does not see stays');
      await page.keyboard.type('!');
      await press(page, 'Control+s');
      await until(page, `document.querySelector('.state').textContent.startsWith('Saved as version 3')`);
      await press(page, 'Escape', 'Tab');
      assert.equal(await page.evaluate('document.activeElement.value'), 'save', 'the text is no trap');
    });
  });

  test('help, forms of fixed fields and all keys open by the keyboard', async () => {
    await opened(`/record/${lamp}/edit`, async (page) => {
      await press(page, 'Control+Home', ...tabs(11));
      await page.waitForSelector('.help li[aria-current]');
      assert.match((await page.textContent('.help'))!, /100 Main entry, personal name/);
      assert.match((await page.textContent('.help li[aria-current]'))!, /\$a Personal name/);
      await press(page, 'Shift+F1');
      await until(
        page,
        `/Subfield a: Personal name/.test(document.querySelector('form [role=status].hidden').textContent)`,
      );
      await press(page, 'F1');
      assert.match((await page.textContent('dialog'))!, /Ctrl\+S\s*Save the record/);
      await press(page, 'Escape', 'Control+Home', 'F2');
      await page.waitForSelector('dialog select');
      assert.equal(await page.inputValue('dialog select >> nth=1'), 'a');
      await page.selectOption('dialog select >> nth=1', 't');
      await page.click('dialog button:has-text("Take these values")');
      // A dialog tells that it is closed in a turn of its own.
      await until(page, String.raw`reperioEditor.state.doc.toString().startsWith('=LDR  00000ntm\\a22')`);
      await until(page, `document.activeElement.className.includes('cm-content')`);
      await press(page, 'Control+z');
    });
  });

  test('faults are marked while one types, and the preview follows', async () => {
    await opened(`/record/${lamp}/edit`, async (page) => {
      await until(page, `document.querySelector('.previewed').textContent.includes('A lamp')`);
      await press(page, 'Control+End', 'Enter');
      await page.keyboard.type('5');
      await page.waitForSelector('.cm-lint-marker-error');
      await press(page, 'Control+s');
      await page.waitForSelector('.alert:not([hidden])');
      assert.match((await page.textContent('.alert'))!, /what is marked below stands in the way/);
      await press(page, 'Backspace');
      await page.waitForSelector('.cm-lint-marker-error', { state: 'detached' });
    });
  });

  test('values of the index are suggested, and taken by arrow and Enter', async () => {
    await opened(`/record/new?from=${lamp}`, async (page) => {
      await press(page, 'Control+End', 'Enter');
      await page.keyboard.type('700');
      await press(page, 'Tab', 'Tab');
      await page.keyboard.type('elli');
      await page.waitForSelector('.cm-tooltip-autocomplete');
      await press(page, 'ArrowDown', 'Enter');
      assert.match(await textOf(page), /700__ \$\$aEllis, John$/);
    });
  });

  test('a draft is kept while one types, offered again after the browser was killed, and gone when it is saved', async () => {
    const id = await add('Drafted');
    const drafts = () =>
      editor.store.database.query<{ id: number; text: string }>(
        sql`SELECT id, text FROM draft WHERE record_id = ${id}`,
      );
    await opened(`/record/${id}/edit`, async (page) => {
      await press(page, 'Control+End', 'Enter');
      await page.keyboard.type('500__ $$aUnfinished');
      await waitFor('a draft', async () => (await drafts()).some(({ text }) => text.endsWith('Unfinished')));
    });
    const [draft] = await drafts();
    await opened(`/record/${id}/edit?draft=${draft!.id}`, async (page) => {
      assert.match(await textOf(page), /500__ \$\$aUnfinished$/);
      await press(page, 'Control+s');
      await until(page, `document.querySelector('.state').textContent.startsWith('Saved')`);
    });
    assert.deepEqual(await drafts(), []);
  });

  test('two browsers: each is told of the other; what conflicts is shown in columns and nothing is lost', async () => {
    const id = await add('Both');
    await opened(`/record/${id}/edit`, async (hers) => {
      await opened(
        `/record/${id}/edit`,
        async (his) => {
          await until(his, `/ada edits this record/.test(document.body.textContent)`);
          await change(his, 'Both', 'His');
          await press(his, 'Control+s');
          await until(his, `document.querySelector('.state').textContent.startsWith('Saved')`);
        },
        'bob',
      );
      await change(hers, 'Both', 'Hers');
      await press(hers, 'Control+s');
      await hers.waitForSelector('table.conflict');
      await hers.click('button[value=resolve]');
      await ready(hers);
      assert.match(await textOf(hers), /24500 \$\$aHers/);
      await press(hers, 'Control+s');
      await until(hers, `document.querySelector('.state').textContent.startsWith('Saved as version 3')`);
    });
    assert.match(await now(id), /\$\$aHers/);
  });

  async function change(page: Page, from: string, to: string): Promise<void> {
    const change = `(({ state, dispatch }) => state.doc.toString().indexOf('${from}'))(reperioEditor)`;
    const at = await page.evaluate<number>(change);
    await page.evaluate(`reperioEditor.dispatch({ selection: { anchor: ${at}, head: ${at + from.length} } })`);
    await page.keyboard.type(to);
  }
  test('fields are carried from one record to another', async () => {
    const id = await add('Carried');
    await opened(`/record/${lamp}/edit`, async (page) => {
      await press(page, 'Control+End', 'ArrowUp', 'ArrowUp', 'Control+k');
      await page.waitForSelector('dialog');
      await press(page, 'Enter');
      await page.goto(`${base}/record/${id}/edit`);
      await ready(page);
      await press(page, 'Control+End', 'Control+k');
      await page.waitForSelector('dialog');
      await press(page, 'ArrowDown', 'Enter');
      await waitFor(
        'two titles',
        async () => (await textOf(page)).split('\n').filter((line) => line.startsWith('24500')).length === 2,
      );
    });
  });

  const pages: Readonly<Record<string, string>> = {
    'the editor': '/record/1/edit',
    'a new record': '/record/new',
    'a new record, empty': '/record/new?template=empty',
    'my editing': '/edit',
    templates: '/edit/templates',
    'a new template': '/edit/templates?change=new',
  };
  for (const [name, path] of Object.entries(pages))
    test(`${name}: for everybody, and fits`, () => checkLooks({ browser, base, path, cookies: cookies.get('ada')! }));

  test('the editor with its panels and dialogs has no accessibility violation, light or dark, also on a phone', async () => {
    for (const [colorScheme, width] of [
      ['light', 1280],
      ['dark', 390],
    ] as const) {
      const context = await browser.newContext({
        ...{ storageState: cookies.get('ada')!, bypassCSP: true, colorScheme, viewport: { width, height: 900 } },
      });
      const page = await context.newPage();
      await page.goto(`${base}/record/${lamp}/edit`);
      await ready(page);
      await press(page, 'Control+End', 'Enter');
      await page.keyboard.type('5');
      await page.waitForSelector('.cm-lint-marker-error');
      await press(page, 'Control+f');
      await page.waitForSelector('.cm-search');
      assert.deepEqual(await accessViolations(page), [], `${colorScheme} ${width}`);
      await press(page, 'Escape', 'F1');
      await page.waitForSelector('dialog');
      assert.deepEqual(await accessViolations(page), [], `keys ${colorScheme} ${width}`);
      await context.close();
    }
  });
});
