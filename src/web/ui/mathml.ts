import { createRequire } from 'node:module';
import { escapeHtml } from '../../html/html.ts';

/**
 * A formula of TeX as MathML, made by Temml. Its answer is not taken as it is: a tree is written by
 * us, with elements and attributes that can neither run nor load nor style anything. Undefined is a
 * formula that is too long or that Temml cannot read: it is shown as text.
 */
export function mathMl(tex: string): string | undefined {
  if (tex.length > longest) return undefined;
  const known = kept.get(tex);
  if (known !== undefined) return known === '' ? undefined : known;
  const made = make(tex);
  if (kept.size >= formulasKept) kept.clear();
  kept.set(tex, made ?? '');
  return made;
}

/** A longer one does not fit into a line of a page, and Temml recurses. */
const longest = 300;
const mostExpansions = 100;
const longestMade = 4000;

const formulasKept = 2000;
const kept = new Map<string, string>();

const require = createRequire(import.meta.url);

interface Temml {
  __renderToMathMLTree(tex: string, options: object): unknown;
}

/** Half a megabyte of script that a library without formulas does not need. */
let temml: Temml | undefined;

function make(tex: string): string | undefined {
  try {
    temml ??= require('temml') as Temml;
    const options = { throwOnError: true, maxExpand: mostExpansions, maxSize: [5, 50], trust: false };
    const written = write(temml.__renderToMathMLTree(tex, options), 0);
    return written.length > longestMade ? undefined : written;
  } catch {
    return undefined;
  }
}

/** Presentation elements of MathML Core. */
const elements = new Set(
  'math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts mprescripts mtable mtr mtd mpadded mphantom mstyle none'.split(
    ' ',
  ),
);
const attributes = new Set(
  'accent accentunder columnspan depth display displaystyle fence form height largeop linethickness lspace mathvariant maxsize minsize movablelimits rowspan rspace scriptlevel separator stretchy symmetric voffset width'.split(
    ' ',
  ),
);
const value = /^[\w .%+-]*$/;
const deepest = 100;

interface Node {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly children?: unknown;
  readonly attributes?: unknown;
}

/** Throws for what is no MathML. */
function write(given: unknown, depth: number): string {
  const node = given as Node;
  if (depth > deepest) throw new Error('too deep');
  if (typeof node.text === 'string') return escapeHtml(node.text);
  const inner = (Array.isArray(node.children) ? node.children : []).map((child) => write(child, depth + 1)).join('');
  if (node.type === undefined) return inner;
  if (typeof node.type !== 'string' || !elements.has(node.type)) throw new Error('not MathML Core');
  const written = Object.entries(node.attributes ?? {})
    .filter(([name, text]) => attributes.has(name) && value.test(String(text)))
    .map(([name, text]) => ` ${name}="${escapeHtml(String(text))}"`)
    .join('');
  return `<${node.type}${written}>${inner}</${node.type}>`;
}
