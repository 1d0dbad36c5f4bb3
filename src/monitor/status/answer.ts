import { statePaths } from '../../addresses/addresses.ts';
import { prometheusText } from '../prometheus.ts';
import type { NodeView } from './node-view.ts';
import { statusDocument } from './page.ts';
import { statusPolicy } from './style.ts';
import { statusAuto } from './text.ts';

export interface StatusAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const fastestRefresh = 1;
const slowestRefresh = 3600;

/**
 * /server-status as a page, as lines (?auto) or as JSON; /metrics. Undefined: it is neither.
 * `query` without "?".
 */
export function answerStatus(path: string, query: string, accept: string, view: NodeView): StatusAnswer | undefined {
  const args = new URLSearchParams(query);
  const common = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'x-robots-tag': 'noindex' };
  if (path === statePaths.metrics)
    return {
      headers: { ...common, 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      body: prometheusText(view.status, view.tasks, view.backup, view.jobs),
    };
  if (path !== statePaths.page) return undefined;
  if (args.has('auto'))
    return { headers: { ...common, 'content-type': 'text/plain; charset=utf-8' }, body: statusAuto(view.status) };
  if (args.get('format') === 'json' || /^application\/json\b/.test(accept))
    return { headers: { ...common, 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(view) };
  const wanted = Number(args.get('refresh') ?? Number.NaN);
  const refresh = wanted > 0 ? Math.min(slowestRefresh, Math.max(fastestRefresh, Math.round(wanted))) : undefined;
  return {
    headers: { ...common, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': statusPolicy },
    body: statusDocument({ ...view, refresh }),
  };
}
