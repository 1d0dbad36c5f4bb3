/**
 * The editor over a paper by 3,000 authors, in a real Chromium: until it can be typed into, what a
 * key costs, and what the library spends on a save, a look and a suggestion. The peer of a key is a
 * plain box with the same text.
 * `node bench/editor.ts [--passes 5]`
 */
import type { Browser, Page } from 'playwright-core';
import { field } from '../src/formats/test-records.ts';
import type { MarcRecord } from '../src/marc/record.ts';
import { openTestEditor } from '../src/web/edit/test-editor.ts';
import { testPassword } from '../src/web/test-people.ts';
import { launchChromium } from '../test/support/chromium.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { machineLine, median, milliseconds, table } from './lib/report.ts';

const authors = 3_000;
const keys = 60;

const options = benchOptions({ records: authors, passes: 5 });
await runBench(options, async () => {
  const editor = await openTestEditor();
  const base = await editor.app.listen({ host: '127.0.0.1', port: 0 });
  let browser: Browser | undefined;
  try {
    const [id] = await editor.add(paper());
    browser = await launchChromium();
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(`${base}/account/sign-in?back=/edit`);
    await page.fill('#name', 'ada');
    await page.fill('#password', testPassword);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}/edit`);
    const address = `${base}/record/${id}/edit`;
    const open = async (): Promise<number> => {
      await page.goto(address);
      await page.waitForSelector('html[data-editor=ready]', { state: 'attached' });
      return await page.evaluate<number>('Number(document.documentElement.dataset.editorAt)');
    };
    const first = await open();
    const opened: number[] = [];
    for (let pass = 0; pass < options.passes; pass++) opened.push(await open());
    await page.evaluate('reperioEditor.dispatch({ selection: { anchor: reperioEditor.state.doc.line(1500).to } })');
    await page.evaluate('reperioEditor.focus()');
    const typed = await keyTimes(page);
    const saveProcessor: number[] = [];
    const [save, look, suggestion] = [
      await requestTimes(
        page,
        options.passes,
        `fetch(location.pathname, { method: 'POST', headers: { accept: 'application/json' },
        body: new URLSearchParams({ form: document.forms.editor.elements.form.value, do: 'save', base: at.base, text: at.text + '\\n500__ $$a' + at.pass, key: 'k' + Math.random() }) })`,
        saveProcessor,
      ),
      await requestTimes(
        page,
        options.passes,
        `fetch('/edit/look', { method: 'POST', headers: { accept: 'application/json' },
        body: new URLSearchParams({ form: document.forms.editor.elements.form.value, text: at.text, preview: '1', record: '1' }) })`,
      ),
      await requestTimes(page, options.passes, "fetch('/edit/suggest?path=700%25%25a&q=author1')"),
    ];
    await page.goto(`${base}/edit/templates?change=new`);
    await page.evaluate(`document.getElementById('text').value = ${JSON.stringify(await textOf(paper()))}`);
    await page.focus('#text');
    const plain = await keyTimes(page);
    const numbers = { first, opened, typed, plain, save, look, suggestion };
    if (options.json) return console.log(JSON.stringify({ benchmark: 'editor', authors, ...numbers }));
    console.log(`The editor over a paper by ${authors} authors, median of ${options.passes}. ${machineLine()}`);
    const row = (name: string, times: readonly number[], goal: string) => [
      name,
      milliseconds(median(times)),
      milliseconds(Math.max(...times)),
      goal,
    ];
    console.log(
      table(
        [{ title: '', align: 'left' }, { title: 'median' }, { title: 'worst' }, { title: 'goal', align: 'left' }],
        [
          row('open, with nothing cached', [first], ''),
          row('open again', opened, '300 ms'),
          row('a key in the middle', typed, '16 ms'),
          row('a key in a plain box', plain, 'peer'),
          row('save', save, '100 ms'),
          row('save, processor time of the library', saveProcessor, ''),
          row('remarks and preview', look, ''),
          row('suggestion', suggestion, '20 ms'),
        ],
      ),
    );
  } finally {
    await browser?.close();
    await editor.close();
  }
});

function paper(): MarcRecord {
  const people = Array.from({ length: authors }, (_, i) =>
    field(
      i === 0 ? '1001_' : '7001_',
      `$aAuthor${i}, Given Name$uInstitute of Physics ${i % 200}, Some City, Some Country$0https://orcid.org/0000-0000-0000-${String(i).padStart(4, '0')}`,
    ),
  );
  const [one, ...rest] = people;
  const title = field('24500', '$aObservation of a lamp');
  return { leader: '00000nam a2200000 a 4500', fields: [one!, title, ...rest, field('980__', '$aBOOK')] };
}

async function textOf(record: MarcRecord): Promise<string> {
  const { toCompleteTextMarc } = await import('../src/marc/writers/text-complete.ts');
  return toCompleteTextMarc(record);
}

/**
 * From the key until the page has taken it and can take another one; without the wait for a frame.
 */
async function keyTimes(page: Page): Promise<readonly number[]> {
  await page.evaluate(`(() => {
    globalThis.keyTimes = [];
    addEventListener('keydown', () => {
      const began = performance.now();
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        document.body.offsetHeight;
        keyTimes.push(performance.now() - began);
      };
      addEventListener('input', () => channel.port2.postMessage(0), { once: true, capture: true });
    }, { capture: true });
  })()`);
  for (let key = 0; key < keys; key++) await page.keyboard.press('x', { delay: 5 });
  return (await page.evaluate<readonly number[]>('keyTimes')).slice(10);
}

/**
 * Of a request as the browser sees it, one after the other; `processor`: of this process meanwhile.
 */
async function requestTimes(
  page: Page,
  passes: number,
  request: string,
  processor: number[] = [],
): Promise<readonly number[]> {
  const times: number[] = [];
  let base = await page.inputValue('input[name=base]');
  for (let pass = 0; pass < passes; pass++) {
    const before = process.cpuUsage();
    const [time, revision] = await page.evaluate<[number, number]>(`(async () => {
      const at = { base: '${base}', pass: ${pass}, text: reperioEditor.state.doc.toString() };
      const began = performance.now();
      const answer = await ${request};
      const told = await answer.json();
      if (!answer.ok) throw new Error(JSON.stringify(told));
      return [performance.now() - began, told.revision ?? 0];
    })()`);
    const { user, system } = process.cpuUsage(before);
    processor.push((user + system) / 1000);
    if (revision > 0) base = String(revision);
    times.push(time);
  }
  return times;
}
