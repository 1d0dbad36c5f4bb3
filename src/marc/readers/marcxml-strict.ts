import { SaxesParser } from 'saxes';
import { marcErrors } from '../errors.ts';
import { quote, RecordProblem } from '../problem.ts';
import { controlField, dataField, type Field, type MarcRecord, type Subfield } from '../record.ts';

/**
 * One <record> element parsed by a real XML parser: slower than `marcxml-scan.ts` by a factor of
 * four, and right about everything (CDATA, comments, entities, spaces in tags). Elements are known
 * by their local names, whatever their prefix; attributes that MARCXML does not have are ignored;
 * an indicator that is missing or empty is blank. Throws RecordProblem: for XML that is not well
 * formed, and for elements or text where MARCXML has none, since what they hold would be lost.
 */
export function parseMarcXmlStrictly(text: string): MarcRecord {
  const builder = new RecordBuilder();
  const parser = new SaxesParser({ fragment: false, xmlns: false });
  parser.on('error', (error) => {
    const what = error.message.replace(/^[\d:]+\s*/, '').replace(/\.$/, '');
    // The parser looks for the end of an entity as far as the record goes.
    const bare = what.startsWith('unclosed tag') ? text.search(/&(?!#?\w+;)/) : -1;
    if (bare >= 0) {
      const reason = `a "&" begins no entity${placeOf(text, bare + 1, builder.place)}; it is written &amp;`;
      throw new RecordProblem(marcErrors.xml, { reason });
    }
    throw new RecordProblem(marcErrors.xml, { reason: `${what}${placeOf(text, parser.position, builder.place)}` });
  });
  parser.on('opentag', (tag) => builder.open(localName(tag.name), tag.attributes));
  parser.on('closetag', () => builder.close());
  parser.on('text', (part) => builder.text(part));
  parser.on('cdata', (part) => builder.text(part));
  parser.write(text).close();
  return builder.record();
}

/** Which character stopped the parser, where in the record it stands, and after what. */
function placeOf(text: string, position: number, inside: string): string {
  const end = Math.min(position, text.length);
  const last = text.slice(0, end).at(-1) ?? '';
  const code = last.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  const character = /[\0-\x1f\ufffe\uffff]/.test(last) && last !== '\n' && last !== '\t' ? ` U+${code}` : '';
  const lines = text.slice(0, end).split('\n');
  const before = lines.at(-1)!.slice(-30);
  return `${character} in ${inside}, line ${lines.length} of the record, after ${quote(before)}`;
}

type Attributes = Readonly<Record<string, string>>;

const parents: Readonly<Record<string, string | undefined>> = {
  leader: 'record',
  controlfield: 'record',
  datafield: 'record',
  subfield: 'datafield',
};

class RecordBuilder {
  readonly #path: string[] = [];
  readonly #fields: Field[] = [];
  #leader: string | undefined;
  #attributes: Attributes = {};
  #subfields: Subfield[] = [];
  #code = '';
  #value = '';

  /** The field that is being read, for messages. */
  get place(): string {
    const tag = this.#attributes['tag'];
    const name = this.#path.at(-1);
    if (name === 'leader' || name === undefined || tag === undefined)
      return name === 'leader' ? 'the leader' : 'the record';
    return name === 'subfield' ? `${tag}$${this.#code}` : tag;
  }

  open(name: string, attributes: Attributes): void {
    const parent = this.#path.at(-1);
    if (parent === undefined ? name !== 'record' : parents[name] !== parent) {
      const place = parent === undefined ? 'outside a record' : `inside <${parent}>`;
      throw new RecordProblem(marcErrors.shape, { reason: `<${name}> is ${place}` });
    }
    this.#path.push(name);
    this.#value = '';
    if (name === 'subfield') {
      this.#code = required(attributes, 'code', name);
      return;
    }
    this.#attributes = attributes;
    this.#subfields = [];
    if (name === 'controlfield' || name === 'datafield') required(attributes, 'tag', name);
  }

  text(part: string): void {
    const inside = this.#path.at(-1);
    if (inside === 'record' || inside === 'datafield') {
      if (/[^ \t\r\n]/.test(part))
        throw new RecordProblem(marcErrors.shape, { reason: `there is text directly inside <${inside}>` });
    } else this.#value += part;
  }

  close(): void {
    const attributes = this.#attributes;
    switch (this.#path.pop()) {
      case 'leader':
        if (this.#leader !== undefined) throw new RecordProblem(marcErrors.shape, { reason: 'it has two leaders' });
        this.#leader = this.#value;
        break;
      case 'controlfield':
        this.#fields.push(controlField(attributes['tag'] ?? '', this.#value));
        break;
      case 'subfield':
        this.#subfields.push({ code: this.#code, value: this.#value });
        break;
      case 'datafield': {
        const [ind1, ind2] = [attributes['ind1'] || ' ', attributes['ind2'] || ' '];
        this.#fields.push(dataField(attributes['tag'] ?? '', ind1, ind2, this.#subfields));
        break;
      }
    }
  }

  record(): MarcRecord {
    return { leader: this.#leader ?? '', fields: this.#fields };
  }
}

function required(attributes: Attributes, name: string, element: string): string {
  const value = attributes[name];
  if (value === undefined) throw new RecordProblem(marcErrors.shape, { reason: `a <${element}> has no ${name}` });
  return value;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
