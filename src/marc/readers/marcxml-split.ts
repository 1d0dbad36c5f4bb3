import { copyOf, isSpace } from '../bytes.ts';
import { marcErrors } from '../errors.ts';
import { quote, RecordProblem, reasonFor } from '../problem.ts';
import { keptOfOversized, type RawRecord, type Splitter } from '../raw.ts';
import { deletionOf, harvested, keptIdentifier } from './marcxml-harvested.ts';
import { RecordTags, waiting } from './marcxml-tags.ts';
import { endOfTag, readToken, type Token } from './marcxml-token.ts';

const lessThan = 0x3c;
/** The longest thing that is searched for while skipping, so that it is found across two chunks. */
const longestSkipEnd = 100;

/**
 * Elements that stand first in a <record> which only wraps the MARC one: OAI-PMH and SRU answers.
 */
const wrapping = new Set([
  'header',
  'metadata',
  'about',
  'recordSchema',
  'recordPacking',
  'recordData',
  'recordIdentifier',
]);
const pieces = new Set(['leader', 'controlfield', 'datafield', 'subfield']);

/** An element that is open around the records. */
interface Open {
  readonly name: string;
  readonly wrapper: Wrapper | undefined;
}

/** A <record> around the MARC one. */
interface Wrapper {
  /** Its beginning, and where in the whole input that is. */
  readonly start: Uint8Array;
  readonly offset: number;
  /** How many records had been cut before it. */
  readonly before: number;
  /** What OAI-PMH and SRU answers say of the record, as it stands there. */
  identifier: string;
  deleted: boolean;
  packing: string;
}

/** What is said in an answer beside its records. */
const told = new Set(['header', 'identifier', 'recordPacking', 'error', 'numberOfRecords']);

/**
 * Cuts UTF-8 MARCXML into its <record> elements: collections, bare records, several documents in a
 * row, OAI-PMH and SRU answers. Inside a record it only searches for the end tag and for another
 * start (a missing end), minding comments and CDATA, at over 400k records/s; between records it
 * reads tag by tag. A record over `limit` bytes is refused and skipped.
 */
export function splitMarcXml(limit: number): Splitter {
  return new MarcXmlSplitter(limit);
}

class MarcXmlSplitter implements Splitter {
  readonly #limit: number;
  #buffer: Buffer = Buffer.alloc(0);
  #queue: Uint8Array[] = [];
  #queued = 0;
  #position = 0;
  readonly #open: Open[] = [];
  #root = '';
  #mode: 'between' | 'skip' | 'over' = 'between';
  #skipTo: readonly Buffer[] = [];
  readonly #tags = new RecordTags();
  #found: RawRecord[] = [];
  /** Bytes of the input before the buffer. */
  #dropped = 0;
  /** The error that an OAI-PMH server answered. */
  #error: { readonly code: string; readonly text: string } | undefined;
  /** An SRU server found no record. */
  #foundNone = false;
  /** The OAI identifier that a file of refused records has kept for the record behind it. */
  #kept = '';

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Uint8Array): RawRecord[] {
    if (this.#mode === 'over') return [];
    this.#queue.push(chunk);
    this.#queued += chunk.length;
    // Joining only when as much is new as is left over keeps a record of many chunks linear in
    // time.
    return this.#queued < this.#buffer.length ? [] : this.#run(false);
  }

  end(): RawRecord[] {
    if (this.#mode === 'over') return [];
    const found = this.#run(true);
    this.#found = found;
    if (this.#isOver()) return found;
    const open = this.#open.findLast((element) => element.wrapper === undefined);
    if (this.#position === 0 && this.#root !== 'collection') this.#nothing();
    else if (open !== undefined) {
      const reason = `the input ends before </${open.name}>, records may be missing`;
      this.#refuse(new Uint8Array(0), new RecordProblem(marcErrors.cutOff, { reason }));
    }
    this.#mode = 'over';
    return found;
  }

  /**
   * The answer of a server that has nothing to give is right; whatever else has no record is not.
   */
  #nothing(): void {
    const whole = this.#buffer.subarray(0, keptOfOversized);
    if (this.#error?.code === 'noRecordsMatch' || this.#foundNone) {
      const server = this.#foundNone
        ? 'SRU server found no record (numberOfRecords 0)'
        : 'OAI-PMH server answered noRecordsMatch';
      this.#found.push({ position: 0, bytes: new Uint8Array(0), notice: `The ${server}: there is nothing to load.` });
    } else if (this.#error !== undefined) {
      const { code, text } = this.#error;
      const said = text === '' ? quote(code) : `${quote(code)}: ${quote(text)}`;
      this.#refuse(whole, new RecordProblem(marcErrors.oai, { said }));
    } else {
      this.#refuse(whole, new RecordProblem(marcErrors.noMarc, { reason: 'there is no <record> in the document' }));
    }
  }

  #isOver(): boolean {
    return this.#mode === 'over';
  }

  #run(final: boolean): RawRecord[] {
    this.#buffer = Buffer.concat([this.#buffer, ...this.#queue]);
    this.#queue = [];
    this.#queued = 0;
    this.#tags.searchIn(this.#buffer);
    this.#found = [];
    let at = 0;
    for (;;) {
      const next = this.#mode === 'skip' ? this.#skip(at) : this.#between(at, final);
      if (next === waiting || this.#isOver()) break;
      at = next;
    }
    if (this.#mode === 'skip') at = Math.max(at, this.#buffer.length - longestSkipEnd);
    this.#buffer = this.#buffer.subarray(at);
    this.#dropped += at;
    return this.#found;
  }

  /**
   * From a place between records to after the next token or record; `waiting` when more bytes are
   * needed.
   */
  #between(from: number, final: boolean): number {
    const buffer = this.#buffer;
    let at = from;
    while (isSpace(buffer[at])) at += 1;
    if (buffer[at] !== lessThan) {
      const next = buffer.indexOf(lessThan, at);
      return next < 0 ? this.#nothingMore(at) : next;
    }
    if (this.#tags.isStart(at)) {
      const tag = endOfTag(buffer, at + this.#tags.start.length);
      // A record in the usual shape: its first element is one of MARC's.
      if (tag >= 0 && buffer[tag - 1] !== 0x2f && this.#startsLikeMarc(tag + 1))
        return this.#record(at, tag + 1, final);
    }
    const token = readToken(buffer, at);
    if (token.kind === 'incomplete') {
      if (buffer.length - at > this.#limit) return this.#startSkipping(at, [token.until]);
      return waiting;
    }
    return this.#token(at, token, final);
  }

  #nothingMore(at: number): number {
    if (at === this.#buffer.length) return waiting;
    return this.#buffer.length;
  }

  #token(at: number, token: Token, final: boolean): number {
    const { kind, name, end } = token;
    if (kind === 'entities') {
      this.#refuse(
        this.#buffer.subarray(at, Math.min(end + 200, this.#buffer.length)),
        new RecordProblem(marcErrors.entities),
      );
      this.#mode = 'over';
      return end;
    }
    if (kind === 'end') this.#close(name, end);
    if (kind === 'other') this.#kept = keptIdentifier(this.#buffer.subarray(at, end)) ?? this.#kept;
    if (kind !== 'start' && kind !== 'empty') return end;
    if (this.#root === '') this.#root = name;
    if (name === 'record') return this.#startOfRecord(at, token, final);
    if (pieces.has(name)) return this.#loosePiece(at, name, final);
    if (told.has(name) && !this.#tell(at, token, final)) return waiting;
    if (kind === 'start' && this.#open.length < 100) this.#open.push({ name, wrapper: undefined });
    return end;
  }

  #startOfRecord(at: number, token: Token, final: boolean): number {
    const buffer = this.#buffer;
    this.#tags.usePrefix(token.prefix);
    if (token.kind === 'empty') {
      this.#cut(at, token.end);
      return token.end;
    }
    const first = this.#firstElement(token.end);
    if (first === undefined && !final && buffer.length - at <= this.#limit) return waiting;
    if (first === undefined || !wrapping.has(first)) return this.#record(at, token.end, final);
    const start = copyOf(buffer.subarray(at, at + 1000));
    const offset = this.#dropped + at;
    const wrapper = { start, offset, before: this.#position, identifier: '', deleted: false, packing: '' };
    this.#open.push({ name: 'record', wrapper });
    return token.end;
  }

  /** Notes what an answer says; false when more bytes are needed. */
  #tell(at: number, { kind, name, end }: Token, final: boolean): boolean {
    const next = kind === 'empty' ? end : this.#buffer.indexOf(lessThan, end);
    if (next < 0 && !final && this.#buffer.length - end < keptOfOversized) return false;
    const tag = this.#buffer.toString('utf8', at, end);
    const text = next < 0 ? '' : this.#buffer.toString('utf8', end, next).trim();
    const wrapper = this.#wrapper();
    if (wrapper === undefined) {
      if (name === 'error' && this.#root === 'OAI-PMH')
        this.#error ??= { code: /\scode\s*=\s*["']([^"']*)/.exec(tag)?.[1] ?? '', text };
      if (name === 'numberOfRecords' && this.#root === 'searchRetrieveResponse') this.#foundNone = text === '0';
    } else if (name === 'header') wrapper.deleted = /\sstatus\s*=\s*["']deleted["']/.test(tag);
    else if (name === 'identifier' && wrapper.identifier === '') wrapper.identifier = text;
    else if (name === 'recordPacking') wrapper.packing = text;
    return true;
  }

  #wrapper(): Wrapper | undefined {
    return this.#open.findLast((element) => element.wrapper !== undefined)?.wrapper;
  }

  /**
   * Local name of the first element after `from`, "" when something else comes first; undefined
   * when it has not come yet.
   */
  #firstElement(from: number): string | undefined {
    let at = from;
    for (;;) {
      while (isSpace(this.#buffer[at])) at += 1;
      if (at >= this.#buffer.length) return undefined;
      if (this.#buffer[at] !== lessThan) return '';
      const token = readToken(this.#buffer, at);
      if (token.kind === 'incomplete') return undefined;
      if (token.kind !== 'other' || token.end - at < 4) return token.name;
      at = token.end;
    }
  }

  /** A record whose start tag is [start, content): cut when its end is there. */
  #record(start: number, content: number, final: boolean): number {
    const buffer = this.#buffer;
    const end = this.#tags.endOfRecord(content);
    if (end > 0) {
      this.#cut(start, end);
      return end;
    }
    if (end < waiting) {
      const reason = 'another <record> begins before its </record>';
      this.#refuse(buffer.subarray(start, -end), new RecordProblem(marcErrors.cutOff, { reason }));
      return -end;
    }
    if (buffer.length - start > this.#limit) {
      this.#refuseTooLarge(start);
      return this.#startSkipping(start + this.#tags.start.length, [this.#tags.end, this.#tags.start]);
    }
    if (!final) return waiting;
    const reason = `the input ends before its </${this.#tags.prefix}record>`;
    this.#refuse(buffer.subarray(start), new RecordProblem(marcErrors.cutOff, { reason }));
    this.#mode = 'over';
    return buffer.length;
  }

  /**
   * A field outside any record: what is left of a record without its start tag. Refused as one, up
   * to where a record ends or begins.
   */
  #loosePiece(at: number, name: string, final: boolean): number {
    const buffer = this.#buffer;
    const close = buffer.indexOf(this.#tags.end, at);
    const next = buffer.indexOf(this.#tags.start, at + 1);
    const ends = [close, next].filter((offset) => offset >= 0);
    if (ends.length === 0 && !final && buffer.length - at <= this.#limit) return waiting;
    const end = ends.length === 0 ? buffer.length : Math.min(...ends);
    const reason = `<${name}> is outside a record`;
    this.#refuse(
      buffer.subarray(at, Math.min(end, at + keptOfOversized)),
      new RecordProblem(marcErrors.shape, { reason }),
    );
    return ends.length === 0 && !final ? this.#startSkipping(end, [this.#tags.end, this.#tags.start]) : end;
  }

  #close(name: string, end: number): void {
    const place = this.#open.findLastIndex((element) => element.name === name);
    if (place < 0) return;
    const [closed] = this.#open.splice(place);
    if (closed?.wrapper === undefined || closed.wrapper.before !== this.#position) return;
    const { start, offset, identifier, deleted, packing } = closed.wrapper;
    if (deleted && identifier !== '') {
      this.#position += 1;
      this.#found.push({ position: this.#position, bytes: harvested(identifier, deletionOf(identifier)) });
      return;
    }
    // What stands behind it in the copy is not its own.
    const own = start.subarray(0, this.#dropped + end - offset);
    const name001 = identifier === '' ? 'it' : identifier;
    const reason =
      packing === 'string'
        ? 'it is packed as a string; ask for recordPacking=xml'
        : `${name001} was harvested in another format`;
    this.#refuse(own, new RecordProblem(marcErrors.noMarc, { reason }));
  }

  #startSkipping(at: number, until: readonly Buffer[]): number {
    this.#mode = 'skip';
    this.#skipTo = until;
    return at;
  }

  #skip(at: number): number {
    const places = this.#skipTo.map((end) => this.#buffer.indexOf(end, at)).filter((place) => place >= 0);
    if (places.length === 0) return waiting;
    this.#mode = 'between';
    return Math.min(...places);
  }

  #cut(start: number, end: number): void {
    if (end - start > this.#limit) {
      this.#refuseTooLarge(start);
      return;
    }
    this.#position += 1;
    const bytes = this.#buffer.subarray(start, end);
    const wrapper = this.#wrapper();
    // Several records in one wrapper cannot all be what its identifier names.
    const identifier =
      wrapper === undefined ? this.#kept : wrapper.before === this.#position - 1 ? wrapper.identifier : '';
    this.#kept = '';
    this.#found.push({ position: this.#position, bytes: identifier === '' ? bytes : harvested(identifier, bytes) });
  }

  #refuseTooLarge(start: number): void {
    const kept = this.#buffer.subarray(start, start + keptOfOversized);
    this.#refuse(kept, new RecordProblem(marcErrors.tooLarge, { limit: this.#limit }));
  }

  #refuse(bytes: Uint8Array, problem: RecordProblem): void {
    this.#position += 1;
    const refusal = reasonFor(problem, this.#position, find001(bytes));
    this.#found.push({ position: this.#position, bytes, refusal });
  }

  #startsLikeMarc(from: number): boolean {
    let at = from;
    while (isSpace(this.#buffer[at])) at += 1;
    const first = this.#buffer[at + 1 + this.#tags.prefix.length];
    return this.#buffer[at] === lessThan && (first === 0x6c || first === 0x63 || first === 0x64);
  }
}

/** The 001 of MARCXML that may be broken, for messages. */
export function find001(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 10_000)).toString('utf8');
  return /controlfield[^<>]*\stag\s*=\s*["']001["'][^<>]*>([^<&]*)</.exec(text)?.[1];
}
