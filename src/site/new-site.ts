import type { BuiltIn } from './built-in.ts';
import { type Kind, kindsOf } from './kinds.ts';

/** What a library says of itself when its site file is begun. */
export interface NewSite {
  readonly name: string;
  readonly languages: readonly string[];
  /** Codes of kinds of material; undefined: all. */
  readonly kinds: readonly string[] | undefined;
  readonly colour: string;
  /** Empty: none. */
  readonly email: string;
  readonly extends: BuiltIn;
}

/**
 * A short site file with these answers, and with the next keys that a library wants as comments.
 */
export function newSiteText(answers: NewSite, file: string): string {
  const { name, languages, colour, email } = answers;
  const [first = 'en', second] = languages;
  const in2 = (one: string, other: string): string =>
    second === undefined ? `{${first}: ${one}}` : `{${first}: ${one}, ${second}: ${other}}`;
  return `# The site file of ${oneLine(name)}. Everything else comes from the built-in file that it extends: \`reperio site show --whole\` prints
# the complete file, and docs/site-file.md explains every key. After a change:
#   reperio site check ${file}    # every mistake, with its line
#   reperio site apply ${file}    # takes effect on all nodes, without a restart
extends: ${answers.extends}

site:
  # On every page. For each language: {en: Harbour Library, fr: Bibliothèque du port}
  name: ${scalar(name)}
  # Languages of pages and names; the first is for readers who want none of the others.
  languages: [${languages.join(', ')}]
  # The address for questions of readers, at the foot of every page.
  ${email === '' ? '#admin: library@library.example' : `admin: ${scalar(email)}`}
  # Colour of links and buttons.
  accent: "${colour}"
  # A PNG or SVG beside this file, at most 200 kB.
  #logo: logo.svg
  # On the home page, in Markdown.
  #intro: ${in2('"Books and maps of the *harbour*."', '"Livres et cartes du *port*."')}
  # In the footer.
  #links:
  #  - {text: ${in2('The town', 'La ville')}, address: https://www.library.example/}
  # Pages of your own, at /pages/about: Markdown, or files beside this one that end in .md.
  #pages:
  #  about: ${in2(`about.${first}.md`, `about.${second}.md`)}

${collections(answers)}
# Fields, facets, sorts and rankings are inherited. To add a field, and to remove a facet:
#fields:
#  donor: {paths: ["541%%a"], index: {tokenizer: text}, names: ${in2('donor', 'donateur')}}
#facets:
#  journal: false

# Roles allow people to do more than read; \`reperio person role\` assigns them.
#roles:
#  librarians: {may: everything}
`;
}

function collections({ name, languages, kinds: wanted, extends: builtIn }: NewSite): string {
  if (wanted === undefined)
    return `# Collections are inherited: one for each kind of material, shown when it has records. A list of your own replaces them all:
#collections:
#  - name: ${scalar(name)}
#    children:
#      - {name: Books, query: 'material:book'}
#      - {name: Other things, query: '-material:book'}
`;
  const { kinds, rest } = kindsOf(builtIn);
  const taken = kinds.filter(({ code }) => wanted.includes(code));
  const found = taken.map(({ query }) => query[0]);
  // Records of a collection that was not chosen stay in this one.
  const queryOf = ({ query: [finds, ...without] }: Kind): string =>
    [finds, ...without.filter((word) => found.includes(word.slice(1)))].join(' ');
  const names = (kind: Omit<Kind, 'query'>): string => {
    const said = languages.filter((language) => Object.hasOwn(kind.names, language));
    const list = said.map((language) => `${language}: ${scalar(kind.names[language]!)}`);
    return list.length === 0 ? '' : `, names: {${list.join(', ')}}`;
  };
  const item = (kind: Omit<Kind, 'query'>, query: string): string =>
    `      - {name: ${scalar(kind.name)}${names(kind)}, query: '${query}'}\n`;
  return `# The tree on the home page. A collection without records is not shown. The last one has all records that are in none of the others.
collections:
  - name: ${scalar(name)}
    children:
${taken.map((kind) => item(kind, queryOf(kind))).join('')}${item(rest, found.map((query) => `-${query}`).join(' '))}`;
}

/** A text as a value of YAML. */
function scalar(text: string): string {
  const isPlain = /^[\p{L}][\p{L}\p{N} .'@()-]*$/u.test(text) && !/^(?:true|false|null|yes|no|on|off)$/i.test(text);
  return isPlain && text.trim() === text ? text : JSON.stringify(text);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
