import { SaxesParser } from 'saxes';

/**
 * An answer of an OAI-PMH server, read so that what is wrong in one record spoils only this one:
 * records are cut out of the page first, then what is around them is read strictly, then each by
 * itself (piece.ts).
 */
export interface Envelope {
  /** As the server wrote it. */
  readonly responseDate: string | undefined;
  readonly errors: readonly { readonly code: string; readonly text: string }[];
  /** The text of each <record> of OAI-PMH. */
  readonly pieces: readonly string[];
  /** Namespaces that the pieces stand in, by prefix. */
  readonly namespaces: Readonly<Record<string, string>>;
  /** Undefined: the list is at its end. */
  readonly token: string | undefined;
  readonly completeListSize: number | undefined;
  readonly identify: Identify | undefined;
}

export interface Identify {
  readonly name: string;
  readonly earliest: string;
  /** no, persistent, transient */
  readonly deleted: string;
  /** Dates have a time of day. */
  readonly seconds: boolean;
}

export const oaiNamespace = 'http://www.openarchives.org/OAI/2.0/';

/** What is wrong with a page as a whole, as the end of a sentence. */
export class PageProblem extends Error {}

/** Elements inside each other: the parser looks for a namespace in all that are open. */
const deepest = 100;

/**
 * As XML has comments: without "--" inside, so that a text can be read in one way only, and no
 * server makes us try them all. Longer ones than this are left to what is read strictly.
 */
export const comment = '<!--(?:-?[^-]){0,2000}-->';
const begin = new RegExp(
  `<(?:([A-Za-z_][\\w.-]*):)?record(?:\\s[^<>]*)?>(?=(?:\\s|${comment}){0,1000}<(?:[A-Za-z_][\\w.-]*:)?header[\\s>/])`,
  'g',
);

/** Throws PageProblem. */
export function readEnvelope(text: string): Envelope {
  const { around, pieces } = cut(text);
  const found = new EnvelopeReader();
  const parser = new SaxesParser({ xmlns: true, position: false });
  parser.on('error', (error) => {
    throw new PageProblem(`it is not well-formed XML, ${error.message.replace(/^[\d:]+\s*/, '').replace(/\.$/, '')}`);
  });
  parser.on('doctype', () => {
    throw new PageProblem('it has a document type');
  });
  parser.on('opentag', ({ uri, local, attributes, ns }) => {
    found.open(uri, local, (name) => attributes[name]?.value, ns as Record<string, string>);
  });
  parser.on('text', (part) => found.text(part));
  parser.on('cdata', (part) => found.text(part));
  parser.on('closetag', () => found.close());
  parser.write(around).close();
  return found.envelope(pieces);
}

/** The page without its records, and these. */
function cut(text: string): { readonly around: string; readonly pieces: readonly string[] } {
  const starts = [...text.matchAll(begin)];
  const [first] = starts;
  if (first === undefined) return { around: text, pieces: [] };
  const tail = /<(?:[A-Za-z_][\w.-]*:)?resumptionToken[\s>/]|<\/(?:[A-Za-z_][\w.-]*:)?(?:ListRecords|GetRecord)\s*>/g;
  tail.lastIndex = starts.at(-1)!.index;
  const limit = tail.exec(text)?.index ?? text.length;
  const pieces = starts.map((start, place) => {
    const part = text.slice(start.index, starts[place + 1]?.index ?? limit);
    const close = `</${start[1] === undefined ? '' : `${start[1]}:`}record`;
    const end = part.lastIndexOf(close);
    return end < 0 ? part : part.slice(0, part.indexOf('>', end) + 1 || part.length);
  });
  return { around: text.slice(0, first.index) + text.slice(limit), pieces };
}

class EnvelopeReader {
  readonly #path: string[] = [];
  readonly #errors: { code: string; text: string }[] = [];
  readonly #facts: Record<string, string> = {};
  readonly #namespaces: Record<string, string> = {};
  #text = '';
  #code = '';
  #token: string | undefined;
  #size: number | undefined;

  open(uri: string, name: string, attribute: (name: string) => string | undefined, ns: Record<string, string>): void {
    if (this.#path.length === 0) {
      if (name !== 'OAI-PMH') throw new PageProblem(`its first element is <${name}>`);
      if (uri !== oaiNamespace) throw new PageProblem(`its namespace is "${uri}", not ${oaiNamespace}`);
    }
    if (this.#path.length >= deepest) throw new PageProblem('its elements are too deep');
    if (this.#path.length < 2) Object.assign(this.#namespaces, ns);
    this.#path.push(name);
    this.#text = '';
    if (name === 'error') this.#code = attribute('code') ?? '';
    if (name === 'resumptionToken') {
      const size = attribute('completeListSize');
      this.#size = size !== undefined && /^\d{1,12}$/.test(size) ? Number(size) : undefined;
    }
  }

  text(part: string): void {
    this.#text += part;
  }

  close(): void {
    const name = this.#path.pop() ?? '';
    const value = this.#text.trim();
    this.#text = '';
    const depth = this.#path.length;
    if (depth === 1 && name === 'error') this.#errors.push({ code: this.#code, text: value });
    else if (depth === 1 && name === 'responseDate') this.#facts['responseDate'] = value;
    else if (depth === 2 && name === 'resumptionToken') this.#token = value === '' ? undefined : value;
    else if (depth === 2 && this.#path[1] === 'Identify') this.#facts[name] ??= value;
    if (depth === 1 && value === '') this.#facts[`has ${name}`] = name;
  }

  envelope(pieces: readonly string[]): Envelope {
    const facts = this.#facts;
    const identify: Identify | undefined =
      facts['has Identify'] === undefined
        ? undefined
        : {
            name: facts['repositoryName'] ?? '',
            earliest: facts['earliestDatestamp'] ?? '',
            deleted: facts['deletedRecord'] ?? 'no',
            seconds: /T/i.test(facts['granularity'] ?? ''),
          };
    return {
      ...{ responseDate: facts['responseDate'], errors: this.#errors, pieces, namespaces: this.#namespaces },
      ...{ token: this.#token, completeListSize: this.#size, identify },
    };
  }
}
