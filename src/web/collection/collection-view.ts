import { asking, countingFor } from '../../access/ask.ts';
import { collectionTree } from '../../access/collections.ts';
import { shownCollections } from '../../access/shown-collections.ts';
import { maySeeCollection } from '../../access/visible.ts';
import type { Segment } from '../../index/segment.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import type { Work } from '../../index/work.ts';
import { personKey } from '../../people/person.ts';
import { type CountedHits, counted, countYears, topValuesOf } from '../../search/facets.ts';
import { emptyRequest } from '../../search/request.ts';
import type { Collection } from '../../site/site.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { usualYears } from '../ui/years.ts';
import type { TreeNode } from './collection-tree.ts';
import type { CollectionModel, NewRecord } from './home-page.ts';

type Model = Omit<CollectionModel, 'advanced'>;

const newestShown = 10;
const examplesShown = 3;

/**
 * Models of a snapshot; a new snapshot starts anew. Bounded, since anybody may ask for any
 * collection.
 */
interface Known {
  readonly version: string;
  readonly models: Map<string, Model>;
}
/** By the first segment: versions of two libraries may be called alike. */
const known = new WeakMap<Segment, Known>();
const modelsKept = 100;

/**
 * What the page of a collection shows, the same for all languages. Undefined: there is no such
 * collection, or it may not be seen.
 */
export async function collectionView(exchange: Exchange, name: string): Promise<Model | undefined> {
  const { snapshot, person } = exchange;
  const models = modelsOf(snapshot);
  const key = JSON.stringify([name, personKey(person)]);
  const before = models.get(key);
  if (before !== undefined) return before;
  const model = await exchange.work(build(exchange, name));
  if (model === undefined) return model;
  const [oldest] = models.keys();
  if (models.size >= modelsKept && oldest !== undefined) models.delete(oldest);
  models.set(key, model);
  return model;
}

function modelsOf({ segments, siteVersion, version: indexVersion }: IndexSnapshot): Map<string, Model> {
  const version = `${siteVersion} ${indexVersion}`;
  const first = segments[0]?.segment;
  const before = first && known.get(first);
  if (before?.version === version) return before.models;
  const models = new Map<string, Model>();
  if (first !== undefined) known.set(first, { version, models });
  return models;
}

function* build({ snapshot, person }: Exchange, name: string): Work<Model | undefined> {
  const tree = collectionTree(snapshot.site);
  const placed = name === '' ? tree.home : tree.byName.get(name);
  if (placed === undefined) return undefined;
  const { collection } = placed;
  const isHome = collection === tree.home?.collection;
  if (!maySeeCollection(person, snapshot, placed)) return undefined;
  const answer = yield* asking(
    snapshot,
    person,
    { ...emptyRequest, collection: isHome ? '' : collection.name, size: newestShown },
    { briefs: true },
  );
  const hits = counted(answer.hits);
  const shown = shownCollections(person, snapshot);
  const nodes = (list: readonly Collection[]): readonly TreeNode[] =>
    list
      .filter((one) => shown.has(one.name))
      .map((one) => ({
        collection: one,
        count: shown.get(one.name),
        children: nodes([...one.children, ...one.virtualChildren]),
      }));
  const titles = answer.briefs.map((brief) => brief.t);
  const examples: string[] = [];
  for (const text of yield* examplesFor(snapshot, hits, titles)) {
    const question = { ...emptyRequest, collection: isHome ? '' : collection.name, text };
    if ((yield* countingFor(snapshot, person, question, undefined)) > 0) examples.push(text);
    if (examples.length === examplesShown) break;
  }
  return {
    collection,
    isHome,
    above: pathTo(snapshot.site.collections, collection) ?? [],
    count: answer.total,
    children: nodes(collection.children),
    virtualChildren: nodes(collection.virtualChildren),
    newest: answer.ids.map((id, i): NewRecord => ({ id, brief: answer.briefs[i]!, added: addedAt(snapshot, id) })),
    years: (yield* countYears(snapshot, hits)).map(({ text, count }) => ({ year: Number(text), count })),
    yearFacet: snapshot.site.facets.find((facet) => facet.kind === 'year')?.code,
    examples,
    offered: shown,
  };
}

function pathTo(list: readonly Collection[], wanted: Collection): readonly Collection[] | undefined {
  for (const one of list) {
    if (one === wanted) return [];
    const below = pathTo([...one.children, ...one.virtualChildren], wanted);
    if (below !== undefined) return [one, ...below];
  }
  return undefined;
}

/**
 * When this library got a record; undefined once it was changed, since then the index does not
 * know. Its `created` is no such time: for a record from elsewhere it is what its 005 said there.
 */
function addedAt(snapshot: IndexSnapshot, id: number): Date | undefined {
  for (const { segment, live } of snapshot.segments) {
    const ordinal = segment.ordinalOf(id);
    if (ordinal < 0 || !live.has(ordinal)) continue;
    return segment.revisions[ordinal] === 1 ? new Date(segment.columns.modified[ordinal]! * 1000) : undefined;
  }
  return undefined;
}

/**
 * Questions to begin with, made of what the library holds: a phrase of a title, an author, a span
 * of years.
 */
function* examplesFor(snapshot: IndexSnapshot, hits: CountedHits, titles: readonly string[]): Work<readonly string[]> {
  const has = (code: string): boolean => snapshot.site.fields.some((field) => field.code === code);
  const examples: string[] = [];
  for (const title of titles) {
    const words = /(?<![\p{L}$\\{])(\p{Ll}{4,12}) (\p{Ll}{5,12})(?![\p{L}}$])/u.exec(title);
    if (words !== null) {
      examples.push(`"${words[1]} ${words[2]}"`);
      break;
    }
  }
  const author = snapshot.site.facets.find((facet) => facet.code === 'author');
  const [name] = author === undefined || !has('author') ? [] : yield* topValuesOf(snapshot, author.code, hits, 1);
  if (name !== undefined && !name.text.includes('"')) examples.push(`author:"${name.text}"`);
  const counts = (yield* countYears(snapshot, hits)).map(({ text, count }) => ({ year: Number(text), count }));
  const [first, last] = usualYears(counts) ?? [];
  const years = counts.map(({ year }) => year).filter((year) => year >= (first ?? 0) && year <= (last ?? 0));
  const middle = years[Math.floor(years.length / 2)];
  const word = titles.join(' ').match(/(?<![\p{L}\\{$])\p{Ll}{6,12}(?![\p{L}}$])/u)?.[0];
  if (middle !== undefined && has('year') && word !== undefined && has('title'))
    examples.push(`title:${word} year:${middle - 5}->${last}`, `${word} year:${first}->${last}`);
  return examples;
}
