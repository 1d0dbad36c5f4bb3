import type { FastifyInstance, LightMyRequestResponse } from 'fastify';

/**
 * For tests: somebody at a browser without JavaScript, who keeps cookies and sends forms as they
 * stand on the page.
 */
export interface Reader {
  open(url: string): Promise<LightMyRequestResponse>;
  /**
   * Fills the form of the last page that goes to this address, and sends it. Does not follow where
   * the answer leads.
   */
  send(action: string, values?: Readonly<Record<string, string>>): Promise<LightMyRequestResponse>;
  /** The same, and goes where the answer leads. */
  sendAndFollow(action: string, values?: Readonly<Record<string, string>>): Promise<LightMyRequestResponse>;
  /** Sends a form that is not on the last page, with the token of one that is. */
  force(action: string, values: Readonly<Record<string, string>>): Promise<LightMyRequestResponse>;
  readonly cookies: ReadonlyMap<string, string>;
  /** Takes the cookies of another reader. */
  steal(from: Reader): void;
}

export function createReader(app: FastifyInstance, agent = 'Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0'): Reader {
  const cookies = new Map<string, string>();
  let page = '';

  const ask = async (url: string, form?: URLSearchParams): Promise<LightMyRequestResponse> => {
    const headers: Record<string, string> = { 'user-agent': agent };
    if (cookies.size > 0) headers['cookie'] = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (form !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded';
    const answer = await app.inject(
      form === undefined ? { url, headers } : { method: 'POST', url, headers, payload: form.toString() },
    );
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [pair = '', ...rest] = line.split(';');
      const at = pair.indexOf('=');
      if (rest.some((part) => part.trim() === 'Max-Age=0')) cookies.delete(pair.slice(0, at));
      else cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    if (String(answer.headers['content-type']).startsWith('text/html')) page = answer.body;
    return answer;
  };

  const send: Reader['send'] = async (action, values = {}) => {
    const forms = [...page.matchAll(/<form[^>]*method="post"[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)];
    const found = forms.find(([, to]) => to === action);
    if (found === undefined)
      throw new Error(`no form to ${action} on the page: ${forms.map(([, to]) => to).join(' ')}`);
    const data = new URLSearchParams();
    for (const [input] of found[2]!.matchAll(/<input[^>]*>/g)) {
      const name = /name="([^"]*)"/.exec(input)?.[1];
      const value = /value="([^"]*)"/.exec(input)?.[1] ?? '';
      const isBox = /type="checkbox"/.test(input);
      if (name !== undefined && (!isBox || / checked/.test(input))) data.append(name, unescapeHtml(value));
    }
    for (const [, name, text] of found[2]!.matchAll(/<textarea[^>]*name="([^"]*)"[^>]*>\n([^<]*)</g))
      data.append(name!, unescapeHtml(text!));
    for (const [name, value] of Object.entries(values)) data.set(name, value);
    return ask(action, data);
  };

  return {
    open: (url) => ask(url),
    send,
    sendAndFollow: async (action, values) => {
      const answer = await send(action, values);
      return answer.statusCode === 303 ? ask(String(answer.headers.location)) : answer;
    },
    force: (action, values) => {
      const token = /name="form" value="([^"]*)"/.exec(page)?.[1] ?? '';
      return ask(action, new URLSearchParams({ form: token, ...values }));
    },
    cookies,
    steal: (from) => {
      for (const [name, value] of from.cookies) cookies.set(name, value);
    },
  };
}

function unescapeHtml(text: string): string {
  return text.replace(
    /&(?:amp|lt|gt|quot|#39);/g,
    (entity) => ({ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' })[entity] ?? "'",
  );
}
