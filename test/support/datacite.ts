import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * A stand-in for DataCite's REST API, made from its public description (openapi.yaml of
 * datacite/lupo) and its documentation of the states of a DOI. It is not DataCite: what that does
 * beyond this, only its test system can say.
 */
export interface StandIn {
  readonly url: string;
  readonly dois: Map<string, StandInDoi>;
  /** What it was asked, in order: the attributes of each PUT. */
  readonly sent: { readonly doi: string; readonly attributes: Readonly<Record<string, string>> }[];
  /** Called before a request is looked at; true: it has answered, or never will. */
  intercept: ((request: IncomingMessage, response: ServerResponse, doi: string) => boolean) | undefined;
  /** Called when a PUT is done, before its answer; true: there is none. */
  afterPut: ((doi: string) => boolean) | undefined;
  close(): Promise<void>;
}

export interface StandInDoi {
  state: 'draft' | 'registered' | 'findable';
  url: string | undefined;
  xml: string | undefined;
}

export const account = { user: 'EXAMPLE.LIBRARY', password: 'pass-word-of-datacite' } as const;
const authorization = `Basic ${Buffer.from(`${account.user}:${account.password}`).toString('base64')}`;

export async function openStandIn(prefix: string): Promise<StandIn> {
  const dois = new Map<string, StandInDoi>();
  const sent: { doi: string; attributes: Record<string, string> }[] = [];
  const server = createServer((request, response) => void answer(request, response));
  const standIn: StandIn = {
    url: '',
    dois,
    sent,
    intercept: undefined,
    afterPut: undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const doi = decodeURIComponent(/^\/dois\/(.+)$/.exec(request.url ?? '')?.[1] ?? '');
    const body = await text(request).catch(() => '');
    if (standIn.intercept?.(request, response, doi) === true) return;
    const say = (status: number, value: object): void => {
      response.writeHead(status, { 'content-type': 'application/vnd.api+json' }).end(JSON.stringify(value));
    };
    const refuse = (status: number, title: string): void =>
      say(status, { errors: [{ status: String(status), title }] });
    if (request.headers.authorization !== authorization) return refuse(401, 'Bad credentials.');
    const known = dois.get(doi);
    if (request.method === 'GET') return known === undefined ? refuse(404, 'Not found.') : say(200, shown(doi, known));
    if (!doi.startsWith(`${prefix}/`)) return refuse(403, 'You are not authorized to access this resource.');
    const { data } = JSON.parse(body) as { data: { id: string; type: string; attributes: Record<string, string> } };
    const { attributes } = data;
    if (data.type !== 'dois' || attributes['doi'] !== doi) return refuse(422, 'DOI is wrong.');
    sent.push({ doi, attributes });
    const next: StandInDoi = known ?? { state: 'draft', url: undefined, xml: undefined };
    const xml = attributes['xml'] === undefined ? next.xml : Buffer.from(attributes['xml'], 'base64').toString();
    if (xml !== undefined && !xml.includes(`>${doi}</identifier>`)) return refuse(422, 'Identifier is not the DOI.');
    const event = attributes['event'];
    if (event === 'publish' && (xml === undefined || attributes['url'] === undefined))
      return refuse(422, "Can't be blank");
    next.url = attributes['url'] ?? next.url;
    next.xml = xml;
    if (event === 'publish') next.state = 'findable';
    else if (event === 'hide' && next.state === 'findable') next.state = 'registered';
    dois.set(doi, next);
    if (standIn.afterPut?.(doi) === true) return;
    say(known === undefined ? 201 : 200, shown(doi, next));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(standIn, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function shown(doi: string, { state, url }: StandInDoi): object {
  return { data: { id: doi, type: 'dois', attributes: { doi, state, ...(url !== undefined && { url }) } } };
}
