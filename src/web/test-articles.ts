import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { field } from '../formats/test-records.ts';
import type { Field, MarcRecord } from '../marc/record.ts';
import { parseSite } from '../site/parse.ts';
import { createApp } from './app.ts';
import type { WebLibrary } from './exchange/environment.ts';
import { memoryLibrary } from './test-library.ts';

const siteText = `
site:
  name: Library of Tests
  languages: [en, fr]
  admin: admin@library.example
  hidden-paths: ["595"]
fields:
  anyfield: {index: {union: [title, author, abstract, keyword], stem: english, pairs: true}}
  title: {paths: ["245__%"], index: {tokenizer: text, stem: english, pairs: true}}
  author: {paths: ["100__a", "700__a"], index: {tokenizer: author}}
  abstract: {paths: ["520__a"], index: {tokenizer: text, stem: english, pairs: true}}
  keyword: {paths: ["6531_a"], index: {tokenizer: text, stem: english}}
  year: {paths: ["260__c"], index: {tokenizer: year}}
  collection: {paths: ["980__%"], index: {tokenizer: text}}
collections:
  - name: Library of Tests
    children:
      - {name: "Articles & Notes", query: 'collection:ARTICLE', names: {fr: "Articles et notes"}}
      - {name: Secrets, query: 'collection:SECRET', restricted: true}
  - {name: Outside, query: 'collection:OUTSIDE'}
`;

function article(title: string, ...more: readonly Field[]): MarcRecord {
  return { leader: '', fields: [field('245__', `$a${title}`), field('980__', '$aARTICLE'), ...more] };
}

const manyAuthors = Array.from({ length: 3000 }, (_, i) =>
  field('700__', `$aAuthor, Number ${i}$uInstitute of Very Long Names ${i % 50}`),
);
const records: readonly MarcRecord[] = [
  article(
    'Bosons and <script>alert(1)</script>',
    field('100__', '$aEllis, John'),
    field('520__', '$aA boson was seen.'),
    field('595__', '$ahidden words'),
    field('260__', '$c1999'),
  ),
  article(
    'Measured quarks',
    field('260__', '$c2001'),
    field('6531_', '$aboson production'),
    field('880__', '$6595-00/$1$ahidden words'),
  ),
  { leader: '', fields: [field('245__', '$aSecret bosons'), field('980__', '$aSECRET')] },
  article('Deleted', field('980__', '$cDELETED')),
  { leader: '', fields: [field('245__', '$aOutside boson'), field('980__', '$aOUTSIDE')] },
  article('Many authors', ...manyAuthors),
  { leader: '', fields: [field('245__', '$aIn no collection boson')] },
  ...Array.from({ length: 30 }, (_, i) => article(`Paper number ${i + 1}`, field('260__', `$c${1970 + i}`))),
];

/** For tests: a library of a few records for guests, some of which they may not see. */
export function articleLibrary(): WebLibrary {
  const { site, problems } = parseSite(siteText);
  if (site === undefined || problems.length > 0) throw new Error(JSON.stringify(problems));
  return memoryLibrary(site, records);
}

export interface ArticleApp {
  readonly app: FastifyInstance;
  readonly get: (url: string, headers?: Readonly<Record<string, string>>) => Promise<LightMyRequestResponse>;
}

/** The pages over it. */
export function createArticleApp(): ArticleApp {
  const app = createApp(articleLibrary(), { baseUrl: 'https://library.example' });
  return { app, get: (url, headers = {}) => app.inject({ url, headers }) };
}
