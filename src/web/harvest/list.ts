import { type Header, headerText, recordText, tokenText } from '../../exchange/oai/answer.ts';
import { oaiFormat } from '../../exchange/oai/formats.ts';
import { identifierOf } from '../../exchange/oai/identifier.ts';
import type { ListVerb, OaiRequest, ProtocolError } from '../../exchange/oai/protocol.ts';
import { innermost, offeredSets } from '../../exchange/oai/sets.ts';
import type { Entry } from '../../exchange/oai/store.ts';
import { beginning, type ListState, type Place, readToken, writeToken } from '../../exchange/oai/token.ts';
import type { OaiSettings } from '../../site/site.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { WebOai } from '../exchange/web-oai.ts';
import { drawnEntries, tellable } from './entries.ts';

/** A part of an answer: its element, or an error; with the moment up to which it is complete. */
export interface Said {
  readonly date: number;
  readonly content: string | ProtocolError;
}

export interface HarvestContext {
  readonly exchange: Exchange;
  readonly oai: WebOai;
  readonly settings: OaiSettings;
}

/** Characters of a page, which ends behind the record that goes beyond. */
const pageSize = 1_000_000;

type ListRequest = OaiRequest & { readonly verb: ListVerb };

/** One page of ListRecords or ListIdentifiers. */
export async function listAnswer(context: HarvestContext, request: ListRequest): Promise<Said> {
  const { oai, settings } = context;
  const token = request.token === undefined ? undefined : readToken(request.token);
  const asked: ListState | undefined =
    request.token === undefined
      ? { prefix: request.prefix, set: request.set, ...request.bounds, after: beginning, cursor: 0, size: undefined }
      : token?.state;
  const refuse = async (code: ProtocolError['code'], message: string): Promise<Said> => {
    const { until } = await oai.source.clock();
    return { date: until, content: { code, message } };
  };
  const badToken =
    'This token is not of this library, or the library was restored from a backup: begin again without it.';
  if (asked === undefined) return refuse('badResumptionToken', badToken);
  const format = oaiFormat(asked.prefix);
  if (format === undefined)
    return token !== undefined
      ? refuse('badResumptionToken', badToken)
      : refuse(
          'cannotDisseminateFormat',
          `There is no format "${asked.prefix.slice(0, 40)}" here: see ListMetadataFormats.`,
        );
  if (asked.set !== undefined && offeredSets(settings).length === 0)
    return refuse('noSetHierarchy', 'This library has no sets.');
  const { from, until, set: spec = '' } = asked;
  const read = (after: Place) => oai.source.list({ spec, from, until, after, limit: settings.page + 1 });
  let page = await read(asked.after);
  if (token !== undefined && token.timeline !== page.timeline)
    return { date: page.until, content: { code: 'badResumptionToken', message: badToken } };
  for (;;) {
    const { text, count, last, whole } = await drawPage(context, request.verb, page.entries, asked);
    if (count > 0) {
      const size = await sizeOf(context, asked, whole ? count : undefined);
      const content = `<${request.verb}>\n${text}${tokenAfter(asked, { last, count, whole, size }, page.timeline)}</${request.verb}>\n`;
      note(context, request.verb, { ...asked, size }, count);
      return { date: page.until, content };
    }
    // All of them cannot be written in this format.
    if (whole || last === undefined)
      return { date: page.until, content: { code: 'noRecordsMatch', message: 'No record matches.' } };
    page = await read(last);
  }
}

interface DrawnPage {
  readonly text: string;
  readonly count: number;
  /** Of the last entry that was looked at. */
  readonly last: Place | undefined;
  /** Nothing comes behind it. */
  readonly whole: boolean;
}

async function drawPage(
  { exchange, oai, settings }: HarvestContext,
  verb: ListVerb,
  entries: readonly Entry[],
  { prefix, set }: ListState,
): Promise<DrawnPage> {
  const more = entries.length > settings.page;
  const shown = more ? entries.slice(0, settings.page) : entries;
  const told = await tellable(exchange, shown);
  const specs = await specsOf(oai, settings, shown);
  const headerOf = (entry: Entry & { readonly live: boolean }): Header => ({
    identifier: identifierOf(settings.repository, entry.record),
    stamp: entry.place.stamp,
    deleted: !entry.live,
    sets: entry.live ? specs(entry.sets) : deletedIn(specs(entry.sets), set),
  });
  if (verb === 'ListIdentifiers') {
    const headers = told.entries.map((entry) => `${headerText(headerOf(entry))}\n`);
    return { text: headers.join(''), count: headers.length, last: shown.at(-1)?.place, whole: !more };
  }
  let text = '';
  let count = 0;
  for await (const { entry, metadata } of drawnEntries(told, oaiFormat(prefix)!, settings.repository)) {
    text += recordText(headerOf(entry), metadata);
    count++;
    if (text.length < pageSize || entry.place.seq === shown.at(-1)!.place.seq) continue;
    return { text, count, last: entry.place, whole: false };
  }
  return { text, count, last: shown.at(-1)?.place, whole: !more };
}

/** In the list of a set that a record has left, it is deleted there. */
function deletedIn(specs: readonly string[], set: string | undefined): readonly string[] {
  return set === undefined || specs.includes(set) ? specs : [set];
}

/** Turns ids of sets into their innermost specs, of those that are offered. */
export async function specsOf(
  { source }: WebOai,
  settings: OaiSettings,
  entries: readonly Entry[],
): Promise<(ids: readonly number[]) => readonly string[]> {
  if (entries.every(({ sets }) => sets.length === 0)) return () => [];
  const offered = new Set(offeredSets(settings).map(({ spec }) => spec));
  const specs = new Map((await source.sets()).map(({ id, spec }) => [id, spec]));
  return (ids) => {
    const known = ids.map((id) => specs.get(id)).filter((spec) => spec !== undefined);
    return innermost(known.filter((spec) => offered.has(spec)));
  };
}

/** Of the whole list, as its first page found it. */
async function sizeOf(
  { oai }: HarvestContext,
  { set: spec = '', from, until, size, after }: ListState,
  whole: number | undefined,
): Promise<number | undefined> {
  if (after !== beginning) return size;
  return whole ?? oai.source.size({ spec, from, until });
}

function tokenAfter(
  asked: ListState,
  { last, count, whole, size }: Omit<DrawnPage, 'text'> & { readonly size: number | undefined },
  timeline: number,
): string {
  const { cursor, after } = asked;
  if (!whole) {
    const next = { ...asked, after: last!, cursor: cursor + count, size };
    return tokenText(writeToken(next, timeline), cursor, size);
  }
  return after === beginning ? '' : tokenText('', cursor, size);
}

function note({ exchange, oai }: HarvestContext, verb: ListVerb, asked: ListState, count: number): void {
  const { harvesters } = oai;
  if (harvesters === undefined) return;
  const { environment, request, reply } = exchange;
  harvesters.note({
    network: environment.limits.networkOf(request),
    agent: request.headers['user-agent'] ?? '',
    records: count,
    asked: [verb, asked.prefix, asked.set].filter((part) => part !== undefined).join(' '),
    done: asked.cursor + count,
    size: asked.size,
  });
  environment.later.after({ request, reply }, () => harvesters.flush());
}
