import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** One record of the server, in what it calls its formats. */
export interface ServedRecord {
  readonly id: number;
  readonly title: string;
  /** UTC, with seconds. */
  readonly at: string;
  readonly gone?: boolean;
  readonly set?: string;
  /** Instead of the usual metadata. */
  readonly metadata?: string;
  /** Instead of the whole <record>. */
  readonly xml?: string;
}

export interface TestServer {
  readonly base: string;
  records: ServedRecord[];
  /** Called before each answer; when it answers itself, it returns true. */
  fault: ((asked: URLSearchParams, response: ServerResponse, request: IncomingMessage) => boolean) | undefined;
  /** Changes what is sent. */
  change: ((xml: string, asked: URLSearchParams) => string) | undefined;
  /** What was asked, in order. */
  readonly asked: string[];
  seconds: boolean;
  page: number;
  /** What it says the time is. */
  now: string;
  close(): Promise<void>;
}

const oai = 'http://www.openarchives.org/OAI/2.0/';
export const marc = (title: string, more = ''): string =>
  `<record xmlns="http://www.loc.gov/MARC21/slim"><leader>00000nam a2200000 a 4500</leader>${more}<datafield tag="245" ind1=" " ind2=" "><subfield code="a">${title}</subfield></datafield></record>`;
const dublinCore = (title: string): string =>
  `<oai_dc:dc xmlns:oai_dc="${oai}oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>${title}</dc:title><dc:creator>Doe, Jane</dc:creator><dc:date>2020-05-01</dc:date></oai_dc:dc>`;

/** A real HTTP server that speaks OAI-PMH, small, right, and wrong as a test wants. */
export async function startTestServer(): Promise<TestServer> {
  const server = createServer((request, response) => {
    const words = new URL(request.url ?? '', 'http://x').searchParams;
    test.asked.push(words.toString());
    if (test.fault?.(words, response, request) === true) return;
    const xml = test.change?.(answer(words), words) ?? answer(words);
    const gzip = /gzip/.test(String(request.headers['accept-encoding'] ?? ''));
    response.writeHead(200, { 'content-type': 'text/xml', ...(gzip && { 'content-encoding': 'gzip' }) });
    response.end(gzip ? gzipSync(xml) : xml);
  });
  const stamp = (at: string): string => (test.seconds ? at : at.slice(0, 10));
  const header = ({ id, at, gone, set }: ServedRecord): string =>
    `<header${gone === true ? ' status="deleted"' : ''}><identifier>oai:test:${id}</identifier><datestamp>${stamp(at)}</datestamp>${set === undefined ? '' : `<setSpec>${set}</setSpec>`}</header>`;
  const metadata = (one: ServedRecord, prefix: string): string =>
    one.gone === true
      ? ''
      : `<metadata>${one.metadata ?? (prefix === 'oai_dc' ? dublinCore(one.title) : marc(one.title))}</metadata>`;
  const element = (one: ServedRecord, prefix: string): string =>
    one.xml ?? `<record>${header(one)}${metadata(one, prefix)}</record>`;
  const envelope = (inside: string): string =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="${oai}"><responseDate>${test.now}</responseDate><request>${test.base}</request>${inside}</OAI-PMH>`;
  const answer = (words: URLSearchParams): string => {
    const verb = words.get('verb');
    if (verb === 'Identify')
      return envelope(
        `<Identify><repositoryName>Test</repositoryName><baseURL>${test.base}</baseURL><protocolVersion>2.0</protocolVersion><adminEmail>a@x.example</adminEmail><earliestDatestamp>2020-01-01</earliestDatestamp><deletedRecord>persistent</deletedRecord><granularity>${test.seconds ? 'YYYY-MM-DDThh:mm:ssZ' : 'YYYY-MM-DD'}</granularity></Identify>`,
      );
    if (verb === 'GetRecord') {
      const found = test.records.find(({ id }) => `oai:test:${id}` === words.get('identifier'));
      return found === undefined
        ? envelope('<error code="idDoesNotExist">no such record</error>')
        : envelope(`<GetRecord>${element(found, words.get('metadataPrefix') ?? '')}</GetRecord>`);
    }
    const token = words.get('resumptionToken');
    const asked = token === null ? Object.fromEntries(words) : JSON.parse(Buffer.from(token, 'base64url').toString());
    const found = test.records.filter(
      ({ at, set }) =>
        (asked.from === undefined || stamp(at) >= asked.from) &&
        (asked.until === undefined || stamp(at) <= asked.until) &&
        (asked.set === undefined || asked.set === set),
    );
    const skip = asked.skip ?? 0;
    const rows = found.slice(skip, skip + test.page);
    if (rows.length === 0) return envelope('<error code="noRecordsMatch">nothing</error>');
    const next = Buffer.from(JSON.stringify({ ...asked, skip: skip + test.page })).toString('base64url');
    const more = found.length > skip + test.page ? `<resumptionToken>${next}</resumptionToken>` : '<resumptionToken/>';
    return envelope(
      `<ListRecords>${rows.map((one) => element(one, asked.metadataPrefix ?? '')).join('\n')}${more}</ListRecords>`,
    );
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const test: TestServer = {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/oai`,
    ...{ records: [], fault: undefined, change: undefined, asked: [], seconds: true, page: 10 },
    now: '2026-01-01T00:00:00Z',
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return test;
}

/** So many records, one a minute. */
export function served(count: number, from = 1): ServedRecord[] {
  return Array.from({ length: count }, (_, place) => ({
    id: from + place,
    title: `Title ${from + place}`,
    at: new Date(Date.UTC(2025, 0, 1) + place * 60_000).toISOString().replace('.000', ''),
  }));
}
