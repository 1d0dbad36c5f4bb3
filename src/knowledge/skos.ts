import { SaxesParser } from 'saxes';
import { UserError } from '../errors/errors.ts';
import { escapeXml } from '../formats/xml.ts';
import type { KnowledgeEntry } from './base.ts';
import { knowledgeErrors } from './errors.ts';

const skos = 'http://www.w3.org/2004/02/skos/core#';
/** That of SKOS before it was a recommendation: taxonomies of Invenio have it. */
const spaces: readonly string[] = [skos, 'http://www.w3.org/2008/05/skos#', 'http://www.w3.org/2004/02/skos/core'];
const rdf = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const xml = 'http://www.w3.org/XML/1998/namespace';

interface Label {
  readonly text: string;
  readonly language: string | undefined;
}

interface Concept {
  readonly address: string;
  isConcept: boolean;
  readonly preferred: Label[];
  readonly other: Label[];
  readonly broader: Set<string>;
}

/**
 * The labels of the concepts of a SKOS file (RDF in XML), each with the preferred label of its
 * concept in one of `languages`, the first that it has. Throws a UserError for what is none.
 */
export function readSkos(text: string, languages: readonly string[]): readonly KnowledgeEntry[] {
  const concepts = readConcepts(text);
  const entries: KnowledgeEntry[] = [];
  for (const { address, isConcept, preferred, other, broader } of concepts.values()) {
    const name = isConcept ? chosen(preferred, languages) : undefined;
    if (name === undefined) continue;
    const about = { concept: address, ...(broader.size > 0 && { broader: [...broader].sort() }) };
    const seen = new Set<string>();
    for (const { text: key, language } of [name, ...preferred, ...other]) {
      if (seen.has(key)) continue;
      seen.add(key);
      entries.push({ key, value: name.text, ...about, ...(language !== undefined && { language }) });
    }
  }
  if (entries.length === 0) throw wrong('no concept in it has a prefLabel');
  return entries;
}

function chosen(labels: readonly Label[], languages: readonly string[]): Label | undefined {
  for (const wanted of languages) {
    const found = labels.find(({ language }) => language?.split('-')[0]?.toLowerCase() === wanted.split('-')[0]);
    if (found !== undefined) return found;
  }
  return labels.find(({ language }) => language === undefined) ?? labels[0];
}

/** Elements inside each other: the parser looks for a namespace in all that are open. */
const deepest = 200;

function readConcepts(text: string): ReadonlyMap<string, Concept> {
  const concepts = new Map<string, Concept>();
  const conceptAt = (address: string): Concept => {
    const known = concepts.get(address);
    if (known !== undefined) return known;
    const made: Concept = { address, isConcept: false, preferred: [], other: [], broader: new Set() };
    concepts.set(address, made);
    return made;
  };
  /** Subjects that are open, and what leads from one to the next. */
  const path: { readonly subject: Concept | undefined; readonly property: string }[] = [];
  let label: { readonly kind: string; readonly language: string | undefined; text: string } | undefined;
  let unnamed = 0;
  let isRdf = false;
  let rootSeen = false;
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw wrong(error.message);
  });
  parser.on('opentag', ({ uri, local, attributes }) => {
    if (path.length >= deepest) throw wrong('its elements are too deep');
    const given = (space: string, name: string): string | undefined =>
      Object.values(attributes).find((one) => one.uri === space && one.local === name)?.value;
    if (!rootSeen) {
      rootSeen = true;
      isRdf = uri === rdf && local === 'RDF';
      if (isRdf) return void path.push({ subject: undefined, property: '' });
    }
    const isSkos = spaces.includes(uri);
    const last = path.at(-1);
    const subject = last?.subject;
    // Nodes and properties take turns: a property of nothing is a node.
    if (subject === undefined || last!.property !== '') {
      const about = given(rdf, 'about') ?? given(rdf, 'nodeID') ?? given(rdf, 'ID') ?? `_:${++unnamed}`;
      const node = conceptAt(about);
      if (isSkos && local === 'Concept') node.isConcept = true;
      const above = last?.property === '' ? undefined : subject;
      if (above !== undefined) relate(above, last!.property, node);
      path.push({ subject: node, property: '' });
      return;
    }
    const property = isSkos ? local : uri === rdf && local === 'type' ? 'type' : 'other';
    const resource = given(rdf, 'resource') ?? given(rdf, 'nodeID');
    if (resource !== undefined) {
      if (property === 'type') subject.isConcept ||= spaces.some((space) => resource === `${space}Concept`);
      else if (property === 'broader' || property === 'narrower') relate(subject, property, conceptAt(resource));
    }
    if (['prefLabel', 'altLabel', 'hiddenLabel'].includes(property))
      label = { kind: property, language: given(xml, 'lang'), text: '' };
    path.push({ subject, property });
  });
  parser.on('text', (part) => {
    if (label !== undefined) label.text += part;
  });
  parser.on('cdata', (part) => {
    if (label !== undefined) label.text += part;
  });
  parser.on('closetag', () => {
    const closed = path.pop();
    if (label === undefined || closed?.property !== label.kind) return;
    const said = { text: label.text.replace(/\s+/g, ' ').trim(), language: label.language };
    if (said.text !== '') closed.subject?.[label.kind === 'prefLabel' ? 'preferred' : 'other'].push(said);
    label = undefined;
  });
  parser.write(text.replace(/^\ufeff/, '')).close();
  if (!isRdf) throw wrong('its root is no rdf:RDF');
  return concepts;
}

function relate(subject: Concept, property: string, other: Concept): void {
  if (property === 'broader') subject.broader.add(other.address);
  if (property === 'narrower') other.broader.add(subject.address);
}

/**
 * Concepts in RDF: those of a taxonomy as they are; in a written base each value is one, whose
 * other labels are the keys. `address` is that of the base.
 */
export function writeSkos(name: string, address: string, entries: readonly KnowledgeEntry[]): string {
  const concepts = new Map<string, KnowledgeEntry[]>();
  for (const entry of entries) {
    const about = entry.concept ?? `${address}#${encodeURIComponent(entry.value)}`;
    const known = concepts.get(about);
    if (known === undefined) concepts.set(about, [entry]);
    else known.push(entry);
  }
  const parts = [...concepts].map(([about, labels]) => conceptXml(about, labels, address));
  return `<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="${rdf}" xmlns:skos="${skos}">
<skos:ConceptScheme rdf:about="${escapeXml(address)}"><skos:prefLabel>${escapeXml(name)}</skos:prefLabel></skos:ConceptScheme>
${parts.join('')}</rdf:RDF>
`;
}

function conceptXml(about: string, labels: readonly KnowledgeEntry[], scheme: string): string {
  const { value, broader = [] } = labels[0]!;
  const own = labels.find(({ key }) => key === value);
  const said = (kind: string, text: string, language: string | undefined): string =>
    `<skos:${kind}${language === undefined ? '' : ` xml:lang="${escapeXml(language)}"`}>${escapeXml(text)}</skos:${kind}>`;
  // Of each language one label is preferred: another one of the same is not.
  const others = labels.filter(({ key }) => key !== value);
  const lines = [
    said('prefLabel', value, own?.language),
    ...others.map(({ key, language }) => said('altLabel', key, language)),
    ...broader.map((one) => `<skos:broader rdf:resource="${escapeXml(one)}"/>`),
    `<skos:inScheme rdf:resource="${escapeXml(scheme)}"/>`,
  ];
  return `<skos:Concept rdf:about="${escapeXml(about)}">${lines.join('')}</skos:Concept>\n`;
}

function wrong(reason: string): UserError {
  return new UserError(knowledgeErrors.fileWrong, {
    format: 'SKOS',
    reason: reason.replace(/\s+/g, ' ').slice(0, 200),
  });
}
