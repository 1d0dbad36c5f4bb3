import type { DoiState } from './store.ts';

/** What a DOI is told to become: attributes of DataCite's REST API. */
export interface DoiAttributes {
  readonly event?: 'publish' | 'hide';
  readonly url?: string;
  /** Metadata as XML. */
  readonly xml?: string;
}

export type DoiAnswer =
  | { readonly kind: 'told'; readonly state: DoiState; readonly url: string | undefined }
  /** It has no such DOI, or this is not its address. */
  | { readonly kind: 'missing' }
  | RefusedAnswer;

export interface RefusedAnswer {
  readonly kind: 'refused';
  /** A sentence. */
  readonly problem: string;
  /**
   * metadata: until the record changes. later: it may pass. stop: none can be sent, since it does
   * not let us in, or asks to wait.
   */
  readonly until: 'metadata' | 'later' | 'stop';
  /** Milliseconds, when it says how long to wait. */
  readonly wait?: number;
}

export interface DataCiteClient {
  put(doi: string, attributes: DoiAttributes): Promise<DoiAnswer>;
  get(doi: string): Promise<DoiAnswer>;
}

export interface DataCiteOptions {
  /** "https://api.datacite.org" */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly agent: string;
  readonly signal: AbortSignal;
  /** Milliseconds for an answer. */
  readonly patience?: number;
}

const usualPatience = 30_000;
const largestAnswer = 5_000_000;
const longestWait = 24 * 3_600_000;
const mediaType = 'application/vnd.api+json';

/** DataCite's REST API, as far as DOIs are made by it. Throws only when the signal aborts. */
export function dataCiteClient({
  url,
  user,
  password,
  agent,
  signal,
  patience = usualPatience,
}: DataCiteOptions): DataCiteClient {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const ask = async (method: 'PUT' | 'GET', doi: string, body?: string): Promise<DoiAnswer> => {
    signal.throwIfAborted();
    try {
      const answer = await fetch(
        `${url.replace(/\/+$/, '')}/dois/${doi.split('/').map(encodeURIComponent).join('/')}`,
        {
          ...{ method, redirect: 'manual', signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]) },
          headers: {
            authorization,
            accept: mediaType,
            'user-agent': agent,
            ...(body !== undefined && { 'content-type': mediaType }),
          },
          ...(body !== undefined && { body }),
        },
      );
      return readAnswer(answer.status, answer.headers.get('retry-after'), await textOf(answer), method);
    } catch (error) {
      signal.throwIfAborted();
      return { kind: 'refused', problem: `DataCite does not answer: ${reasonOf(error, patience)}.`, until: 'later' };
    }
  };
  return {
    get: (doi) => ask('GET', doi),
    put: (doi, { event, url: address, xml }) => {
      const attributes = {
        doi,
        ...(event !== undefined && { event }),
        ...(address !== undefined && { url: address }),
        ...(xml !== undefined && { xml: Buffer.from(xml).toString('base64') }),
      };
      return ask('PUT', doi, JSON.stringify({ data: { id: doi, type: 'dois', attributes } }));
    },
  };
}

function reasonOf(error: unknown, patience: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `nothing came within ${Math.round(patience / 1000)} seconds`;
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message;
}

/** As much as an answer may have. */
async function textOf(answer: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of answer.body ?? []) {
    text += decoder.decode(piece as Uint8Array, { stream: true });
    if (text.length > largestAnswer) throw new Error('its answer has no end');
  }
  return text;
}

const states: ReadonlySet<unknown> = new Set(['draft', 'registered', 'findable']);

function readAnswer(status: number, retryAfter: string | null, text: string, method: 'PUT' | 'GET'): DoiAnswer {
  const refused = (problem: string, until: RefusedAnswer['until'], wait?: number): RefusedAnswer => ({
    ...{ kind: 'refused', problem, until },
    ...(wait !== undefined && { wait }),
  });
  const said = titleIn(text);
  const saying = said === '' ? '' : ` (${said})`;
  if (status === 200 || status === 201) {
    const attributes = attributesIn(text);
    if (attributes === undefined || !states.has(attributes['state']))
      return refused('DataCite answered with something that is not its JSON.', 'later');
    const { state, url } = attributes;
    return { kind: 'told', state: state as DoiState, url: typeof url === 'string' ? url : undefined };
  }
  if (status === 404 && method === 'GET') return { kind: 'missing' };
  if (status === 401) return refused(`DataCite does not know this account or password: 401${saying}.`, 'stop');
  // A DOI of another account, or a prefix that is not of this one.
  if (status === 403) return refused(`DataCite does not let this account change the DOI: 403${saying}.`, 'metadata');
  if (status === 404) return refused(`DataCite knows no such address, or no such prefix: 404${saying}.`, 'metadata');
  if (status === 400 || status === 422)
    return refused(`DataCite refuses the metadata: ${status}${saying}.`, 'metadata');
  const wait = waitOf(retryAfter);
  if (status === 429) return refused('DataCite asks to wait: 429.', 'stop', wait);
  return refused(`DataCite answers ${status}${saying}.`, 'later', wait);
}

function waitOf(retryAfter: string | null): number | undefined {
  const text = retryAfter?.trim() ?? '';
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, Math.min(longestWait, wait)) : undefined;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function attributesIn(text: string): Readonly<Record<string, unknown>> | undefined {
  const attributes = member(member(jsonIn(text), 'data'), 'attributes');
  return typeof attributes === 'object' && attributes !== null
    ? (attributes as Readonly<Record<string, unknown>>)
    : undefined;
}

/** The first error that it names, in one line. */
function titleIn(text: string): string {
  const errors = member(jsonIn(text), 'errors');
  const [first] = Array.isArray(errors) ? errors : [];
  const title = member(first, 'title');
  return typeof title === 'string' ? title.replace(/\s+/g, ' ').slice(0, 300) : '';
}
