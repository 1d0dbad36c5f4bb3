import type { Site, SitePage } from '../../site/site.ts';
import type { AssetAddresses } from './assets.ts';
import type { LeavesOut } from './attempt.ts';
import type { Translator } from './translations.ts';

export type Theme = 'light' | 'dark';

/** What every page knows beside its own matter. */
export interface PageContext extends LeavesOut {
  readonly site: Site;
  /** In the language of the page. */
  readonly libraryName: string;
  /** Of the site file, those that the reader may see. */
  readonly ownPages: readonly SitePage[];
  readonly tr: Translator;
  /** Languages the pages exist in and the site wants, in its order. */
  readonly languages: readonly string[];
  /** The reader's own choice; undefined follows the system. */
  readonly theme: Theme | undefined;
  /** "https://library.example", without a slash at the end. */
  readonly baseUrl: string;
  /** Path and query of this page, as "/search?p=ellis". */
  readonly address: string;
  readonly assets: AssetAddresses;
  /**
   * What every reader is told at this moment: the site's message, that nothing can be changed, that
   * the database is away.
   */
  readonly banners: readonly string[];
  /** Who is signed in, and whether anybody can be. */
  readonly account:
    | { readonly name: string; readonly administers: boolean; readonly sends?: boolean; readonly edits: boolean }
    | undefined;
  readonly hasAccounts: boolean;
  /** For forms; undefined for a guest who had none yet. */
  readonly formToken: string | undefined;
}
