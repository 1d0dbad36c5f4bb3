import { connect } from 'node:tls';
import type { Finding } from '../check.ts';
import type { Check } from '../definition.ts';
import { reasonOf } from './parts.ts';

export const certificate: Check = {
  name: 'certificate',
  question: 'Is the certificate of the library good for some time?',
  summary: 'Days until the certificate that readers are shown at `base-url` expires.',
  warning: '21:',
  critical: '7:',
  page: 'A certificate that expires',
  every: 50_000,
  run: async ({ settings, now, signal }) => {
    const url = settings.baseUrl === undefined ? undefined : URL.parse(settings.baseUrl);
    if (url?.protocol !== 'https:')
      return { isUnused: true, sentence: `There is none to look at: base-url is ${settings.baseUrl ?? 'not set'}.` };
    return shown(url, now(), signal);
  },
};

async function shown({ hostname, port }: URL, now: number, signal: AbortSignal): Promise<Finding> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const at = Number(port || 443);
  const name = /[:]|^[\d.]+$/.test(host) ? undefined : host;
  const fix = `openssl s_client -connect ${hostname}:${at}${name === undefined ? '' : ` -servername ${name}`} </dev/null`;
  return new Promise((resolve) => {
    // It is looked at, not trusted: nothing is sent.
    const socket = connect({
      host,
      port: at,
      ...(name === undefined ? {} : { servername: name }),
      rejectUnauthorized: false,
    });
    const end = (finding: Finding): void => {
      socket.destroy();
      resolve(finding);
    };
    signal.addEventListener('abort', () => socket.destroy(), { once: true });
    socket.once('error', (error) =>
      end({ atLeast: 'unknown', sentence: `${hostname}:${at} showed no certificate: ${reasonOf(error)}.`, fix }),
    );
    socket.once('secureConnect', () => {
      const { valid_to: until, issuer } = socket.getPeerCertificate();
      const days = (Date.parse(until) - now) / 86_400_000;
      const of = `The certificate of ${hostname}${issuer?.O === undefined ? '' : ` by ${String(issuer.O)}`}`;
      const wrong = socket.authorizationError as Error | string | undefined | null;
      const measures = [{ label: 'days', value: days, unit: '' as const }];
      if (days < 0)
        return end({ atLeast: 'critical', sentence: `${of} has expired ${Math.ceil(-days)} d ago.`, measures, fix });
      const good = `good for ${Math.floor(days)} d, until ${new Date(until).toISOString().slice(0, 10)}`;
      if (wrong)
        return end({
          atLeast: 'warning',
          sentence: `${of} is ${good}, but browsers may not trust it: ${reasonOf(wrong)}.`,
          measures,
          fix,
        });
      return end({ sentence: `${of} is ${good}.`, measures, fix });
    });
  });
}
