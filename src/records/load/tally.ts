import { errorCatalogue } from '../../errors/errors.ts';
import type { Reason } from '../../marc/raw.ts';

/** How often something was said of records of an input. */
export interface KindCount {
  /** Of a refusal; '' of a warning. */
  readonly code: string;
  /** What is said of each of them: "is already in the library as record … (same …)". */
  readonly what: string;
  readonly count: number;
}

/** Warnings quote what they find: beyond so many kinds they are counted together. */
const mostKinds = 50;
const others = 'others';

/** Counts what is said of records by kind, so that 4,000 sentences are a line. */
export class Tally {
  readonly #counts = new Map<string, { code: string; what: string; count: number }>();

  /** How many of the same kind there are now, this one too. */
  refused({ code, message }: Reason): number {
    return this.#add(code, code, () => refusalKind(code, message));
  }

  warned(sentence: string): number {
    const what = warningKind(sentence);
    // Numbers and what stands in parentheses differ; the first of a kind stands for all.
    return this.#add(what.replace(/\(.*?\)|\d\w*(?:\$.)?|0x\w+/g, '…'), '', () => what);
  }

  /** The most frequent first. */
  get kinds(): readonly KindCount[] {
    return [...this.#counts.values()].sort((a, b) => b.count - a.count);
  }

  #add(key: string, code: string, what: () => string): number {
    let kind = this.#counts.get(key);
    if (kind === undefined && key !== others && this.#counts.size >= mostKinds)
      return this.#add(others, '', () => 'of other kinds');
    if (kind === undefined) {
      kind = { code, what: what(), count: 0 };
      this.#counts.set(key, kind);
    }
    return ++kind.count;
  }
}

/** The sentence of the error without what differs from record to record. */
function refusalKind(code: string, message: string): string {
  const declared = errorCatalogue().find((kind) => kind.code === code)?.message ?? message;
  return declared
    .replace(/^\{record\} /, '')
    .replace(/"?\{\w+\}"?/g, '…')
    .replace(/\.$/, '');
}

/** Without the record and what is quoted. */
function warningKind(sentence: string): string {
  return sentence
    .replace(/^Record \d+(?: \((?:001|record) .*?\))?:? /, '')
    .replace(/: \{.*$/, '')
    .replace(/"[^"]*"/g, '…')
    .replace(/\.$/, '');
}
