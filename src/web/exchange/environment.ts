import { readdirSync, statSync } from 'node:fs';
import type { Library } from '../../library/open.ts';
import type { FailureBook } from '../../monitor/failures/failure-book.ts';
import type { SiteLevel } from '../../site/level.ts';
import type { Limits } from '../limits/limits.ts';
import { type AssetSite, type Assets, assetsOf } from '../ui/assets.ts';
import { type Catalogue, createTranslator, loadCatalogues, type Translator } from '../ui/translations.ts';
import type { AfterAnswer } from './after-answer.ts';
import type { WebFiles } from './web-files.ts';
import type { WebOai } from './web-oai.ts';
import type { WebPeople } from './web-people.ts';
import type { WebUploads } from './web-uploads.ts';

/** What the pages need of a library. */
export type WebLibrary = Pick<
  Library,
  | 'snapshot'
  | 'state'
  | 'refresh'
  | 'stored'
  | 'before'
  | 'history'
  | 'revision'
  | 'changedBy'
  | 'recordsFound'
  | 'repair'
>;

/** What the web application has of the world; made once for a process. */
export interface WebEnvironment {
  readonly library: WebLibrary;
  /** Undefined: what the request says. */
  readonly baseUrl: string | undefined;
  /** Undefined: a library without people, where everybody is a guest. */
  readonly people: WebPeople | undefined;
  readonly limits: Limits;
  readonly later: AfterAnswer;
  /** How far the site is open at this moment, and what readers are told. */
  readonly level: () => SiteLevel;
  /** Undefined: records have no files. */
  readonly files: WebFiles | undefined;
  /** Undefined: nobody changes records here. */
  readonly uploads: WebUploads | undefined;
  /** Undefined: nobody harvests. */
  readonly oai: WebOai | undefined;
  /** Counts what went wrong; undefined: nobody does. */
  readonly failures: FailureBook | undefined;
  /** Seconds for which caches may keep a guest's page; 0: they must ask each time. */
  readonly sharedCache: number;
  readonly catalogues: ReadonlyMap<string, Catalogue>;
  readonly translator: (language: string) => Translator;
  readonly assets: (site: AssetSite) => Assets;
  /**
   * Changes with the code that draws the pages, so that no browser keeps a page that an older one
   * drew.
   */
  readonly edition: string;
}

export type EnvironmentOptions = Pick<
  WebEnvironment,
  'baseUrl' | 'people' | 'limits' | 'later' | 'level' | 'files' | 'uploads' | 'oai' | 'failures' | 'sharedCache'
>;

export function createEnvironment(
  library: WebLibrary,
  { baseUrl, people, limits, later, level, files, uploads, oai, failures, sharedCache }: EnvironmentOptions,
): WebEnvironment {
  const catalogues = loadCatalogues();
  const english = catalogues.get('en')!;
  const translators = new Map<string, Translator>();
  return {
    library,
    baseUrl,
    people,
    limits,
    later,
    level,
    files,
    uploads,
    oai,
    failures,
    sharedCache,
    catalogues,
    translator: (language) => {
      let translator = translators.get(language);
      if (translator === undefined) {
        translator = createTranslator(language, catalogues.get(language) ?? english, english);
        translators.set(language, translator);
      }
      return translator;
    },
    assets: assetsOf,
    edition: edition(),
  };
}

let known: string | undefined;

/** Changes with the program; its files are looked at once, since there are two thousand. */
function edition(): string {
  known ??= newestFile().toString(36);
  return known;
}

/** Of the whole program: there is no room whose code no page is drawn by. */
function newestFile(): number {
  const folder = new URL('../../', import.meta.url);
  let newest = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    newest = Math.max(newest, statSync(new URL(encodeURI(name), folder)).mtimeMs);
  return Math.floor(newest);
}
