import type { Tokenizer } from '../tokenizers/tokenizers.ts';
/**
 * What makes this library this library, parsed and checked. The text form is site.yaml; `parse.ts`
 * makes this of it. Everything here is plain frozen data, so it can be sent to worker threads and
 * compared.
 */

import type { Check } from '../marc/checks/rule.ts';
import type { Action } from './actions.ts';
import type { BuiltIn } from './built-in.ts';
import type { IndexVersions } from './index-versions.ts';

export interface Site {
  readonly name: string;
  /** Language -> name of the library; empty: `name` in all. */
  readonly names: Readonly<Record<string, string>>;
  /** Language codes, the first is the default. */
  readonly languages: readonly string[];
  readonly admin: string;
  /** CSS colour of links and controls. */
  readonly accent: string;
  readonly logo: SiteImage | undefined;
  /** Markdown on the home page. */
  readonly intro: LocalText | undefined;
  /** In the footer. */
  readonly links: readonly FooterLink[];
  /** Pages of the library's own, in the order of the file. */
  readonly pages: readonly SitePage[];
  /** Are collections without records shown? */
  readonly showsEmpty: boolean;
  /**
   * May a person who may see ONE (any) or only who may see ALL restricted collections of a record
   * see it?
   */
  readonly restrictedPolicy: 'any' | 'all';
  /** MARC paths shown to, and searchable by, cataloguers only. */
  readonly hiddenPaths: readonly string[];
  /**
   * MARC paths that hold the e-mail address of a person, or the name of a group, whose record it
   * is.
   */
  readonly ownerPaths: readonly string[];
  /** The same for those who may see it whatever collection it is in. */
  readonly viewerPaths: readonly string[];
  /** Tags whose fields stay when a record that replaces another one has none of them. */
  readonly strongTags: readonly string[];
  /**
   * MARC paths that say where a field comes from: a correction replaces fields of its own source.
   */
  readonly provenancePaths: readonly string[];
  /** Logical fields, in the order of the file. */
  readonly fields: readonly FieldDefinition[];
  readonly sorts: readonly SortMethod[];
  readonly ranks: readonly RankMethod[];
  readonly facets: readonly FacetDefinition[];
  /**
   * In which order hits come when nobody asks for one: "relevance", "newest", or the code of a sort
   * method or ranking.
   */
  readonly order: string;
  /**
   * The roots: the first is the home collection, the others stand outside the tree and are reached
   * by name only.
   */
  readonly collections: readonly Collection[];
  readonly roles: readonly Role[];
  readonly users: readonly SiteUser[];
  /** Where people can sign in beside here. */
  readonly signIn: readonly SignInProvider[];
  /** Knowledge bases: name -> key -> value. */
  readonly knowledge: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Names of those that are kept in the library; here they are as they were applied. */
  readonly libraryBases: readonly string[];
  /** Those of them that rules look at, as they are now; only where rules are run. */
  readonly checkBases?: Site['knowledge'];
  /** Of values that have a name for each language: knowledge base -> key -> language -> name. */
  readonly labels: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;
  readonly oai: OaiSettings | undefined;
  /** Programs that upload without a token. */
  readonly robots: readonly SiteRobot[];
  readonly dois: DoiSettings | undefined;
  /** What records must be like, in the order of the file. */
  readonly checks: readonly CheckRule[];
  /** The built-in file of which all is that the site file does not say. */
  readonly extends: BuiltIn | undefined;
  /**
   * How its records stand in the index: not of the file, but what is in force in the library, or
   * the newest that this release knows.
   */
  readonly indexed: IndexVersions;
}

/** A text for people. */
export interface LocalText {
  /** Where there is none in the language of the page, nor in English. */
  readonly text: string;
  readonly names: Readonly<Record<string, string>>;
}

export interface SiteImage {
  readonly type: 'svg' | 'png';
  /** Of its bytes, in addresses. */
  readonly digest: string;
  /** Its bytes, base64. */
  readonly data: string;
}

export interface FooterLink {
  readonly text: LocalText;
  readonly address: string;
}

export interface SitePage {
  /** In its address, /pages/SLUG. */
  readonly slug: string;
  readonly title: LocalText;
  /** Markdown, without the title. */
  readonly text: LocalText;
  readonly inFooter: boolean;
}

export interface FieldDefinition {
  readonly code: string;
  /** Language -> name shown to people; empty: the code. */
  readonly names: Readonly<Record<string, string>>;
  /**
   * MARC paths: "245__a", "245%%a", "24%", "008/07-10". What the file writes "245__%" is "245%%%"
   * here.
   */
  readonly paths: readonly string[];
  /** Undefined: no index of its own, matched by whole value over its paths. */
  readonly index: IndexOptions | undefined;
}

export interface IndexOptions {
  /** Undefined for a union. */
  readonly tokenizer: Tokenizer | undefined;
  /** Joins the terms of these fields, each kept as that field made them. */
  readonly union: readonly string[];
  /** Snowball language name. */
  readonly stem: string | undefined;
  /** True: a quoted phrase means adjacent words. False: it means the whole value. */
  readonly pairs: boolean;
  readonly synonyms: SynonymRule | undefined;
  readonly querySynonyms: SynonymRule | undefined;
  /** MARC path -> value that must stand in the same field instance, as {"0247_2": "DOI"}. */
  readonly when: Readonly<Record<string, string>>;
}

export interface SynonymRule {
  /** Name of a knowledge base. */
  readonly base: string;
  readonly match: 'exact' | 'leading-to-comma' | 'leading-to-number';
}

export interface SortMethod {
  readonly code: string;
  /** "created", "modified", "citations", a field code, or MARC paths. */
  readonly by: string | readonly string[];
  readonly dropLeadingArticles: boolean;
  readonly names: Readonly<Record<string, string>>;
}

export interface RankMethod {
  readonly code: string;
  readonly name: string;
  readonly method: 'relevance' | 'citations' | 'knowledge' | 'combine';
  /** For `knowledge`: the path whose value is looked up in the base. */
  readonly path: string | undefined;
  readonly base: string | undefined;
  /**
   * For `relevance`: field -> how much more a word of the question counts that stands in this
   * field.
   */
  readonly weights?: Readonly<Record<string, number>> | undefined;
  /** For `combine`: code of another method -> its share of the score. */
  readonly of?: Readonly<Record<string, number>> | undefined;
}

/**
 * What a facet offers, by `kind` in a site file; how each is counted stands in search/facets.ts.
 */
export const facetKinds = ['collection', 'year', 'values'] as const;
export type FacetKind = (typeof facetKinds)[number];

export interface FacetDefinition {
  readonly code: string;
  /**
   * collection: the tree; year: numbers, drawn as a histogram; values: strings of these paths or of
   * this field.
   */
  readonly kind: FacetKind;
  readonly paths: readonly string[];
  /** The field whose values they are, if one was named. */
  readonly field: string | undefined;
  /**
   * Those of its field: a value counts only when another subfield of the same MARC field says so.
   */
  readonly when: IndexOptions['when'];
  readonly names: Readonly<Record<string, string>>;
  /** Knowledge base that turns values into names for people. */
  readonly labels: string | undefined;
}

export const collectionViews = ['list', 'gallery'] as const;
export type CollectionView = (typeof collectionViews)[number];

export interface Collection {
  readonly name: string;
  readonly names: Readonly<Record<string, string>>;
  /** Undefined: the union of its public or equally restricted regular children. */
  readonly query: string | undefined;
  readonly restricted: boolean;
  /** The order of hits in it and below it; undefined: as its parent has it. */
  readonly order: string | undefined;
  /** How hits in it and below it are drawn; undefined: as its parent has it, else as a list. */
  readonly view: CollectionView | undefined;
  readonly children: readonly Collection[];
  /** Only another way in: they do not make up their parent. */
  readonly virtualChildren: readonly Collection[];
}

export interface Grant {
  readonly action: Action;
  readonly arguments: Readonly<Record<string, string>>;
}

export interface Role {
  readonly name: string;
  readonly may: 'everything' | readonly Grant[];
  /** Who is in it beside its members: see src/people/rules. Empty: nobody. */
  readonly rules: string;
}

/** An OpenID Connect provider. Its secret is a setting: a site file is read by many. */
export interface SignInProvider {
  /** In addresses. */
  readonly code: string;
  readonly names: Readonly<Record<string, string>>;
  /** "https://orcid.org": where its metadata are found. */
  readonly issuer: string;
  /** What the provider calls this library. */
  readonly client: string;
  readonly scopes: readonly string[];
}

export interface SiteUser {
  readonly name: string;
  readonly email: string;
  /**
   * Used only when the person is created. Undefined: cannot sign in until an operator gives one.
   */
  readonly password: string | undefined;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
}

/** DOIs that the library makes; undefined in a site: none. */
export interface DoiSettings {
  /** "10.5072" */
  readonly prefix: string;
  /** "{prefix}/{year}.{n}" */
  readonly pattern: string;
  /**
   * Records get one that are in one of these collections; none: whatever collection they are in.
   */
  readonly collections: readonly string[];
  /** ... and that this query finds; '': all. */
  readonly query: string;
  /** public: as soon as everybody may open them. asked: when a person reserves one. */
  readonly when: 'public' | 'asked';
  /** Is a reserved one told to the agency before its record is open, without anything of it? */
  readonly drafts: boolean;
}

/** A program that is known by where it comes from and what it calls itself: both must fit. */
export interface SiteRobot {
  /** As whom. */
  readonly person: string;
  /** Addresses, or networks as 10.1.0.0/16. */
  readonly networks: readonly string[];
  /** How its user agent begins. */
  readonly agent: string;
}

/** What harvesters are offered; undefined in a site: nothing. */
export interface OaiSettings {
  /** The name in identifiers: oai:NAME:1. */
  readonly repository: string;
  /** Records of a page of a list. */
  readonly page: number;
  /** As the file has them; parents that it does not name are made in exchange/oai/sets.ts. */
  readonly sets: readonly OaiSet[];
}

export interface OaiSet {
  /** Parts with colons between them: a set is inside each set that its spec begins with. */
  readonly spec: string;
  readonly name: string;
  readonly names: Readonly<Record<string, string>>;
  readonly description: string;
  readonly query: string;
}

/** When a rule looks at records. */
export const checkTimes = ['editor', 'upload', 'nightly'] as const;
export type CheckTime = (typeof checkTimes)[number];
/** yes: each night, by itself; propose: when somebody says so. */
export const checkFixes = ['yes', 'propose', 'no'] as const;
/** What becomes of a record that comes in. */
export const checkThens = ['warn', 'hold', 'refuse'] as const;
export type CheckThen = (typeof checkThens)[number];

export interface CheckRule {
  /** What people type: small letters, digits, hyphens. */
  readonly name: string;
  /** What to do about it, for people; undefined: what the kind says. */
  readonly says: LocalText | undefined;
  /** Which records it is about; undefined: all. With both, those that are in both. */
  readonly where: { readonly collection: string | undefined; readonly query: string | undefined } | undefined;
  readonly check: Check;
  readonly fix: (typeof checkFixes)[number];
  readonly on: readonly CheckTime[];
  readonly then: CheckThen;
}
