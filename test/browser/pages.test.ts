import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { createDemoLibrary } from '../../src/demo/library.ts';
import { field } from '../../src/formats/test-records.ts';
import { dataField } from '../../src/marc/record.ts';
import { testView } from '../../src/monitor/status/test-status.ts';
import { openLevel } from '../../src/site/level.ts';
import { parseSite } from '../../src/site/parse.ts';
import { createApp } from '../../src/web/app.ts';
import { deletedRecord, memoryLibrary } from '../../src/web/test-library.ts';
import { launchChromium, withoutChromium } from '../support/chromium.ts';
import { accessViolations, checkLooks } from '../support/looks.ts';
import { isWhole } from '../support/scale.ts';

// `npm test` says loudly what is missing, and fails for it in CI.

const demoRecords = 400;
const longTitle = `On the ${'very '.repeat(60)}long title with Donaudampfschifffahrtsgesellschaftskapitänskajütenschlüssel${'x'.repeat(120)}`;
const special = [
  {
    leader: '',
    fields: [field('245__', `$a${longTitle}`), field('100__', '$aAuthor, An'), field('980__', '$aARTICLE')],
  },
  {
    leader: '',
    fields: [
      field('245__', '$aقياس المعادلات التفاضلية بطريقة جديدة'),
      field('520__', '$aيتناول هذا البحث المعادلات التفاضلية والأسئلة المفتوحة.'),
      field('980__', '$aARTICLE'),
    ],
  },
  {
    leader: '',
    fields: [
      field('245__', '$aA measurement by three thousand'),
      field('980__', '$aARTICLE'),
      ...Array.from({ length: 3000 }, (_, i) => field('700__', `$aAuthor, Number ${i}$uInstitute ${i % 90}`)),
      ...Array.from({ length: 40 }, (_, i) => field('999C5', `$o[${i}]$mA. Nother$sPhys. Rev. ${i} (1990) 1`)),
    ],
  },
  deletedRecord,
  {
    leader: '',
    fields: [
      dataField('245', ' ', ' ', [
        {
          code: 'a',
          value: 'Of <i>Homo sapiens</i>, $\\begin{matrix} a & b \\\\ c & d \\end{matrix}$ and $\\sqrt[3]{x^2}$',
        },
      ]),
      dataField('520', ' ', ' ', [
        { code: 'a', value: 'For $\\int_0^\\infty e^{-x^2} dx = \\frac{\\sqrt{\\pi}}{2}$.' },
      ]),
      field('980__', '$aARTICLE'),
      field('8564_', '$uhttps://library.example/paper.pdf$s3000000'),
    ],
  },
];

/** Every kind of page. */
const pages: Readonly<Record<string, string>> = {
  home: '/',
  collection: '/collection/Articles',
  search: '/search?p=measurement&rg=25',
  'search with filters': '/search?p=measurement&facet.type=ARTICLE&facet.year=1990->2020&d1=2020',
  'search with open filters': '/search?p=measurement&facet.not.type=BOOK#facets',
  'search by relevance, page 2': '/search?p=the&rm=wrd&jrec=11',
  'search details': '/search?p=measurement&of=hd',
  'search as MARC': '/search?p=measurement&of=hm&rg=3',
  'advanced search': '/search?aas=1&p1=boson&f1=title&m1=a',
  'split by collection': '/search?p=measurement&sc=1',
  'embedded hits': '/search?p=measurement&em=B',
  'nothing found': '/search?p=boson+zzyzx+title:measurd',
  'another spelling': '/search?p=measuremnt',
  'browsing authors': '/search?action=browse&p=ellis&f=author',
  'browsing words': '/search?action=browse&p=measurement&rg=50',
  'a question with a mistake': '/search?p=%22boson',
  'the state of the node': '/server-status',
  'values of a facet': '/search/facet?p=the&code=author',
  record: '/record/1',
  references: '/record/12/references',
  'three thousand authors': `/record/${demoRecords + 3}`,
  'list of authors': `/record/${demoRecords + 3}/authors?page=3`,
  'references of many': `/record/${demoRecords + 3}/references`,
  marc: '/record/1/marc',
  citations: '/record/24/citations',
  'citation summary': '/search?p=the&of=hcs2',
  'most cited': '/search?p=the&sf=cited',
  'long question': `/search?p=${'w'.repeat(300)}`,
  'long title': `/record/${demoRecords + 1}`,
  formulas: `/record/${demoRecords + 5}`,
  'right to left': `/record/${demoRecords + 2}`,
  help: '/help/search',
  'a page of its own': '/pages/about',
  'api for programs': '/api',
  'not found': '/nothing',
  'no such record': '/record/99999',
  'deleted record': `/record/${demoRecords + 4}`,
  'no such collection': '/collection/Nothing',
  french: '/search?p=measurement&ln=fr',
};

/** Much like others of them: only in the whole matrix. */
const alike = new Set([
  'search with open filters',
  'search details',
  'search as MARC',
  'split by collection',
  'embedded hits',
  'another spelling',
  'browsing words',
  'a question with a mistake',
  'long question',
  'most cited',
  'references of many',
  'no such record',
  'no such collection',
]);

/** Which have all colours between them. */
const dark = new Set(['home', 'search with filters', 'the state of the node', 'record', 'citation summary']);

const { site: ownSite } = parseSite(
  `extends: default
site:
  logo: logo.svg
  intro: "Papers of the *laboratory*. [About us](/pages/about)"
  links: [{text: {en: The town, fr: La ville}, address: https://town.example/}]
  pages:
    about: "# About us\\n\\n## Hours\\n\\n| Day | Hours |\\n|---|---|\\n| Monday | 9 to 17 |\\n\\n> Quoted\\n\\n    code"
`,
  {
    files: () =>
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'),
  },
);

describe('pages in Chromium', { skip: withoutChromium }, () => {
  let app: FastifyInstance;
  let browser: Browser;
  let base: string;

  before(async () => {
    const demo = createDemoLibrary();
    const records = [...Array.from({ length: demoRecords }, (_, i) => demo.record(i + 1)), ...special];
    app = createApp(memoryLibrary(ownSite!, records), {
      status: { networks: '127.0.0.0/8', view: async () => testView(), checks: async () => testView().status.checks },
      level: () => ({ ...openLevel, message: 'The reading room is closed on Monday.' }),
    });
    base = await app.listen({ host: '127.0.0.1', port: 0 });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await app?.close();
  });

  async function visit<T>(
    path: string,
    options: Parameters<Browser['newContext']>[0],
    work: (page: Page) => Promise<T>,
  ): Promise<T> {
    const context: BrowserContext = await browser.newContext(options);
    try {
      const page = await context.newPage();
      await page.goto(base + path);
      return await work(page);
    } finally {
      await context.close();
    }
  }

  for (const [name, path] of Object.entries(pages)) {
    if (!isWhole && alike.has(name)) continue;
    test(`${name}: small, for everybody, light or dark, from 320 px, and as the content policy wants it`, () =>
      checkLooks({ browser, base, path, ...(dark.has(name) ? { dark: true } : {}) }));
  }

  test('everything is reached by the keyboard, and where one is can be seen', async () => {
    await visit('/search?p=measurement', { viewport: { width: 1280, height: 900 } }, async (page) => {
      const wanted = await page.evaluate<number>(
        `[...document.querySelectorAll('a[href]:not([tabindex="-1"]), button, input:not([type=hidden]), select, summary')].filter((one) => one.checkVisibility()).length`,
      );
      const seen = new Set<string>();
      for (let i = 0; i < wanted + 5; i++) {
        await page.keyboard.press('Tab');
        const place = await page.evaluate<{ path: string; outline: string } | undefined>(`(() => {
          const one = document.activeElement;
          if (!one || one === document.body) return undefined;
          const all = [...document.querySelectorAll('*')];
          return { path: String(all.indexOf(one)), outline: getComputedStyle(one).outlineStyle };
        })()`);
        if (place === undefined) continue;
        assert.notEqual(place.outline, 'none');
        seen.add(place.path);
      }
      assert.ok(seen.size >= wanted, `${seen.size} of ${wanted}`);
    });
  });

  test('the first hit is 12 Tab stops away, 3 by the link that skips to it', async () => {
    await visit('/search?p=measurement', { viewport: { width: 1280, height: 900 } }, async (page) => {
      const stops = async (most: number): Promise<number> => {
        for (let stop = 1; stop <= most; stop++) {
          await page.keyboard.press('Tab');
          if (await page.evaluate('document.activeElement.matches(".hit h2 a")')) return stop;
        }
        return Number.POSITIVE_INFINITY;
      };
      assert.ok((await stops(13)) <= 12);
      await page.reload();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the first hit');
      await page.keyboard.press('Enter');
      assert.ok((await stops(4)) <= 3);
    });
  });

  test('the picture of years is one Tab stop, and the arrow keys go through it', async () => {
    await visit('/search?p=the', { viewport: { width: 1280, height: 900 } }, async (page) => {
      const label = () => page.evaluate<string>('document.activeElement.getAttribute("aria-label")');
      assert.equal(await page.locator('.years a:not([tabindex="-1"])').count(), 1);
      await page.locator('.years a:not([tabindex="-1"])').focus();
      const last = await label();
      await page.keyboard.press('ArrowLeft');
      assert.notEqual(await label(), last);
      await page.keyboard.press('Home');
      await page.keyboard.press('End');
      assert.equal(await label(), last);
      assert.doesNotMatch(page.url(), /jrec/);
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate('document.activeElement.name'), 'y1');
    });
  });

  test('on a phone the filters open above the hits, with or without scripts', async () => {
    for (const javaScriptEnabled of [true, false])
      await visit(
        '/search?p=measurement&facet.collection=Articles',
        { javaScriptEnabled, viewport: { width: 390, height: 800 } },
        async (page) => {
          assert.equal(await page.locator('.facets').isVisible(), false);
          await page.click('text=Filters (1)');
          const [facets, hits] = [
            await page.locator('.facets').boundingBox(),
            await page.locator('.hits').boundingBox(),
          ];
          assert.ok(facets!.y < hits!.y);
          await page.click('text=Close the filters');
          assert.equal(await page.locator('.facets').isVisible(), false);
        },
      );
  });

  test('a menu closes by Escape, by a click elsewhere, and when another opens; it stays in the window', async () => {
    for (const width of [390, 1000, 1280])
      await visit('/search?p=measurement&ln=fr', { viewport: { width, height: 900 } }, async (page) => {
        const open = page.locator('details.menu[open]');
        const words = page.locator('.bar-of-tools > details.menu:not(.wide) > summary');
        for (const word of await words.all()) {
          await word.focus();
          await page.keyboard.press('Enter');
          assert.equal(await open.count(), 1);
          const over = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
          assert.equal(await page.evaluate(over), 0, `at ${width}`);
        }
        await page.keyboard.press('Escape');
        assert.equal(await open.count(), 0);
        assert.equal(await page.evaluate('document.activeElement.tagName'), 'SUMMARY');
        await words.first().click();
        await page.click('h1');
        assert.equal(await open.count(), 0);
      });
  });

  test('a value is excluded and admitted again without scripts', async () => {
    await visit('/search?p=measurement', { javaScriptEnabled: false }, async (page) => {
      const before = await page.textContent('h1');
      await page.click('.facet button >> nth=0');
      assert.match(page.url(), /facet\.not\.collection=/);
      assert.notEqual(await page.textContent('h1'), before);
      assert.match((await page.textContent('.chip')) ?? '', /not /);
      await page.click('.facet .without a');
      assert.equal(await page.textContent('h1'), before);
    });
  });

  test('the cursor stands in the box of the home page, and Enter searches', async () => {
    await visit('/', {}, async (page) => {
      // It is placed with the first picture of the page, which may come after its last byte.
      await page.waitForSelector('input[name=p]:focus');
      await page.keyboard.type('measurement');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/search\?p=measurement/);
    });
  });

  test('suggestions come while one types, are chosen by keyboard or mouse, and move nothing', async () => {
    await visit('/search?p=the', { bypassCSP: true }, async (page) => {
      const box = page.locator('header input[name=p]');
      const place = () =>
        page.evaluate<string>(`JSON.stringify(document.querySelector('main').getBoundingClientRect())`);
      const before = await place();
      await box.fill('');
      await page.keyboard.type('mea');
      const options = page.locator('header [role=option]');
      await options.first().waitFor();
      assert.equal(await place(), before);
      assert.equal(await box.getAttribute('aria-expanded'), 'true');
      assert.deepEqual(await accessViolations(page), []);
      await page.keyboard.press('ArrowDown');
      assert.equal(await box.getAttribute('aria-activedescendant'), await options.first().getAttribute('id'));
      // A title of one record stands there as it is, and leads to the record.
      assert.match(await box.inputValue(), /^(title:"mea|Mea)/);
      await page.keyboard.press('Escape');
      assert.equal(await box.inputValue(), 'mea');
      assert.equal(await options.first().isVisible(), false);
      await page.keyboard.type('s');
      await options.first().waitFor();
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      await page.waitForURL(/p=title%3A%22meas|\/record\/\d+$/);
      await page.fill('header input[name=p]', '');
      await page.keyboard.type('meas');
      await options.nth(1).click();
      await page.waitForURL(/p=title%3A%22meas|\/record\/\d+$/);
      assert.match((await page.textContent('h1')) ?? '', /^([1-9]|Mea)/);
    });
  });

  test('an empty box offers what was asked here before, and forgets it when one says so', async () => {
    await visit('/search?p=measurement', { bypassCSP: true }, async (page) => {
      await page.goto(`${base}/search?p=boson`);
      await page.goto(base);
      const box = page.locator('.hero input[name=p]');
      const options = page.locator('.hero [role=option]');
      // The cursor stands in it already: nothing opens by itself.
      assert.equal(await options.count(), 0);
      await box.click();
      const texts = async () => (await options.locator('span').allTextContents()).join('|');
      assert.equal(await texts(), 'boson|measurement|Clear recent searches');
      assert.deepEqual(await accessViolations(page), []);
      await page.keyboard.press('Escape');
      assert.equal(await options.first().isVisible(), false);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      assert.equal(await box.inputValue(), 'boson');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/search\?p=boson$/);
      await page.goto(base);
      await box.click();
      await page.keyboard.press('ArrowUp');
      assert.equal(await box.inputValue(), '');
      await page.keyboard.press('Enter');
      assert.equal(await options.first().isVisible(), false);
      assert.equal(await page.evaluate('localStorage.length'), 0);
      await page.keyboard.press('ArrowDown');
      assert.equal(await options.first().isVisible(), false);
      assert.equal(new URL(page.url()).pathname, '/');
    });
  });

  test('a span of years is dragged, chosen by keyboard or typed; a single bar is a link', async () => {
    const address = '/search?p=the&rm=wrd';
    await visit(address, { viewport: { width: 1280, height: 900 } }, async (page) => {
      const box = (await page.locator('.years svg').boundingBox())!;
      const at = (part: number) => [box.x + box.width * part, box.y + box.height / 2] as const;
      await page.mouse.move(...at(0.3));
      await page.mouse.down();
      await page.mouse.move(...at(0.5), { steps: 4 });
      assert.match(await page.inputValue('.range input[name=y1]'), /^\d{4}$/);
      await page.mouse.move(...at(0.7), { steps: 4 });
      await page.mouse.up();
      await page.waitForURL(/facet\.year=(\d{4})-%3E(\d{4})/);
      assert.match(page.url(), /rm=wrd/);
      await page.goto(base + address);
      const bar = page.locator('.years a').nth(5);
      await bar.focus();
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('Enter');
      await page.waitForURL(/facet\.year=(\d{4})-%3E(\d{4})/);
      await page.goto(base + address);
      await page.locator('.years a').last().click();
      await page.waitForURL(/facet\.year=/);
    });
    await visit(address, { javaScriptEnabled: false }, async (page) => {
      await page.fill('.range input[name=y1]', '1990');
      await page.fill('.range input[name=y2]', '1999');
      await page.click('.range button');
      assert.match(page.url(), /facet\.year=1990-%3E1999/);
    });
  });

  test('the arrow keys turn the pages, but not while one writes', async () => {
    await visit('/search?p=the', {}, async (page) => {
      await page.keyboard.press('ArrowRight');
      await page.waitForURL(/jrec=11/);
      await page.focus('input[name=p]');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowLeft');
      assert.match(page.url(), /jrec=11/);
      await page.evaluate('document.activeElement.blur()');
      await page.keyboard.press('ArrowLeft');
      await page.waitForURL((url) => !url.search.includes('jrec'));
    });
  });

  test('searching, filtering, paging, reading and choosing dark all work without scripts', async () => {
    await visit('/', { javaScriptEnabled: false }, async (page) => {
      await page.fill('.hero input[name=p]', 'measurement');
      await page.click('.hero button');
      await page.click('.facets .facet a >> nth=0');
      assert.match(page.url(), /facet\.collection=/);
      await page.click('.chip');
      await page.click('a[rel=next]');
      await page.click('.hit h2 a >> nth=0');
      assert.match(page.url(), /\/record\/\d+$/);
      await page.click('button[value=dark]');
      assert.match(page.url(), /\/record\/\d+$/);
      assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
      await page.click('footer a[lang=fr]');
      assert.equal(await page.getAttribute('html', 'lang'), 'fr');
    });
  });

  test('a record is cited in a style one chooses and exported, behind one button, with or without scripts', async () => {
    for (const javaScriptEnabled of [true, false])
      await visit('/record/1', { javaScriptEnabled, viewport: { width: 1280, height: 900 } }, async (page) => {
        const seen = async (): Promise<string> => {
          const all = await page.locator('.cite').all();
          const shown = [];
          for (const one of all) if (await one.isVisible()) shown.push(await one.locator('span').first().textContent());
          return shown.join('|');
        };
        assert.equal(await seen(), '');
        await page.click('text=Cite or export');
        const apa = await seen();
        assert.match(apa, /^[^|]*\(\d{4}\)/);
        await page.locator('input[name=style]').first().focus();
        await page.keyboard.press('ArrowRight');
        const mla = await seen();
        assert.match(mla, /^[^|]+$/);
        assert.notEqual(mla, apa);
        assert.ok((await page.locator('.cite i').count()) > 0);
        assert.equal(await page.locator('.cite button').nth(1).isVisible(), javaScriptEnabled);
        assert.equal(await page.locator('.sheet a:text-is("BibTeX")').isVisible(), true);
      });
    await visit('/record/1', { bypassCSP: true }, async (page) => {
      await page.click('text=Cite or export');
      assert.deepEqual(await accessViolations(page), []);
    });
  });

  test('the side column is no longer than what most readers came for', async () => {
    await visit('/record/1', { viewport: { width: 1280, height: 900 } }, async (page) => {
      const height = await page.evaluate<number>("document.querySelector('.record .aside').offsetHeight");
      assert.ok(height < 900, String(height));
    });
  });

  test('what is copied of a citation has its italics where programs know them', async () => {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    try {
      const page = await context.newPage();
      await page.goto(`${base}/record/1`);
      await page.click('text=Cite or export');
      await page.locator('.cite button').first().click();
      await page.waitForSelector('[role=status]:text("Copied")', { state: 'attached' });
      const [plain, marked] = await page.evaluate<readonly [string, string]>(`(async () => {
        const [item] = await navigator.clipboard.read();
        return Promise.all(['text/plain', 'text/html'].map(async (type) => (await item.getType(type)).text()));
      })()`);
      assert.doesNotMatch(plain, /</);
      assert.match(marked, /<i[ >]/);
    } finally {
      await context.close();
    }
  });

  test('on paper stands what one came for: no tools, menus, forms or signing in', async () => {
    const notPrinted = '.top, .foot, .tabs, .facets, .pages, .chips a, .menu, summary, button, input, select, form';
    for (const path of [
      '/',
      '/search?p=measurement&facet.collection=Articles',
      '/record/1',
      `/record/${demoRecords + 5}`,
    ])
      await visit(path, {}, async (page) => {
        await page.emulateMedia({ media: 'print' });
        const left = await page.evaluate<readonly string[]>(
          `[...document.querySelectorAll(${JSON.stringify(notPrinted)})].filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 80))`,
        );
        assert.deepEqual(left, [], path);
        assert.equal(await page.locator('h1').isVisible(), true);
        if (path.startsWith('/search')) assert.ok(await page.locator('.hit h2').first().isVisible());
      });
    await visit(`/record/${demoRecords + 5}`, {}, async (page) => {
      await page.emulateMedia({ media: 'print' });
      const after = await page.evaluate<string>(
        "getComputedStyle(document.querySelector('.full-text a'), '::after').content",
      );
      assert.match(after, /https:\/\/library\.example\/paper\.pdf/);
    });
  });

  test('a record prints on one sheet', async () => {
    await visit('/record/1', {}, async (page) => {
      const sheets = (await page.pdf({ format: 'A4' })).toString('latin1').match(/\/Type\s*\/Page\b/g)?.length;
      assert.equal(sheets, 1);
    });
  });
});
