import { isIdFormat } from '../formats/format-names.ts';
import { isPage } from '../formats/formats.ts';
import { formEncoded } from './form-encoded.ts';
import { defaultPageSize, joinLetters, type SearchRequest, usualFormat } from './request.ts';

/**
 * The URL of a request with some changes; arguments at their defaults are left out. Changing
 * anything else goes back to the first hit.
 */
export function toUrl(request: SearchRequest, changes: Partial<SearchRequest> = {}, path = '/search'): string {
  const names = Object.keys(changes);
  if (names.length > 0 && names.every((name) => name === 'facets' || name === 'excluded')) {
    const { before, behind } = frameOf(request);
    const { facets = request.facets, excluded = request.excluded } = changes;
    const choices = formEncoded(facetArguments({ facets, excluded }));
    return addressOf(path, joined(joined(before, choices), behind));
  }
  const staysOnPage = names.every((name) => name === 'first' || name === 'format' || name === 'language');
  const next: SearchRequest = { ...request, ...(staysOnPage ? {} : { first: 1 }), ...changes };
  return addressOf(path, formEncoded(toArguments(next)));
}

interface Frame {
  readonly before: string;
  readonly behind: string;
}

const frames = new WeakMap<SearchRequest, Frame>();

/**
 * What stands before and behind the choices in facets: a page has two hundred addresses that differ
 * in nothing else.
 */
function frameOf(request: SearchRequest): Frame {
  let frame = frames.get(request);
  if (frame === undefined) {
    const first = { ...request, first: 1 };
    frame = { before: formEncoded(beforeFacets(first)), behind: formEncoded(behindFacets(first)) };
    frames.set(request, frame);
  }
  return frame;
}

function joined(one: string, other: string): string {
  return one === '' ? other : other === '' ? one : `${one}&${other}`;
}

function addressOf(path: string, args: string): string {
  return args === '' ? path : `${path}?${args}`;
}

/** Names and values; a name may come several times. */
export function toArguments(request: SearchRequest): readonly Argument[] {
  return [...beforeFacets(request), ...facetArguments(request), ...behindFacets(request)];
}

type Argument = [name: string, value: string];
type AddArgument = (name: string, value: string | number | undefined, standard?: string | number) => void;

function addTo(args: Argument[]): AddArgument {
  return (name, value, standard = '') => {
    if (value !== undefined && value !== standard && value !== '') args.push([name, String(value)]);
  };
}

function beforeFacets(request: SearchRequest): readonly Argument[] {
  const args: Argument[] = [];
  const add = addTo(args);
  add('p', request.text);
  add('f', request.field);
  for (const [index, part] of request.parts.entries()) {
    const number = index + 1;
    add(`p${number}`, part.text);
    add(`f${number}`, part.field);
    add(`m${number}`, part.match);
    if (index > 0) add(`op${index}`, joinLetters[part.join], 'a');
  }
  if (request.advanced) add('aas', 1);
  add('cc', request.collection);
  for (const collection of request.collections) add('c', collection);
  for (const { field, text } of request.limits) add(field, text);
  add('d1', request.dates.from);
  add('d2', request.dates.until);
  if (request.dates.column === 'modified') add('dt', 'm');
  if (request.records !== undefined) {
    add('recid', request.records.from);
    add('recidb', request.records.below, request.records.from + 1);
  }
  return args;
}

function facetArguments({ facets, excluded }: Pick<SearchRequest, 'facets' | 'excluded'>): readonly Argument[] {
  const args: Argument[] = [];
  const add = addTo(args);
  for (const [code, values] of Object.entries(facets)) for (const value of values) add(`facet.${code}`, value);
  for (const [code, values] of Object.entries(excluded)) for (const value of values) add(`facet.not.${code}`, value);
  return args;
}

function behindFacets(request: SearchRequest): readonly Argument[] {
  const args: Argument[] = [];
  const add = addTo(args);
  add('sf', request.sort);
  if (request.ascending) add('so', 'a');
  else if (request.order === 'newest' && request.sort === '' && request.rank === '') add('so', 'd');
  add('sp', request.sortPreference);
  add('rm', request.rank);
  add('wl', request.wildcardLimit);
  if (isPage(request.format) && !request.alternatives) add('ap', 0);
  if (request.split) add('sc', 1);
  add('jrec', request.first, 1);
  const size = request.size === Number.POSITIVE_INFINITY ? -9999 : request.size;
  add('rg', size, isIdFormat(request.format) ? -9999 : defaultPageSize);
  add('of', request.format, usualFormat(request));
  if (request.tags.length > 0) add('ot', request.tags.join(','));
  add('ln', request.language);
  add('em', request.embed.join(','));
  return args;
}
