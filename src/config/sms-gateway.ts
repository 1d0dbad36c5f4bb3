/** How text messages are sent. */
export type SmsGateway =
  /** A folder that smstools (smsd) takes messages from. */
  | { readonly kind: 'spool'; readonly folder: string }
  /** An address that is asked; with a body it is sent by POST, as JSON or as a form. */
  | { readonly kind: 'http'; readonly url: string; readonly body: string | undefined }
  /** An address of a service that makes text messages of e-mails. */
  | { readonly kind: 'mail'; readonly address: string }
  /** A program and its arguments; no shell reads them. */
  | { readonly kind: 'command'; readonly words: readonly [string, ...string[]] };

/** Undefined: it is none. */
export function parseSmsGateway(text: string): SmsGateway | undefined {
  const [, kind, rest = ''] = /^(spool|mail|command):(.*)$/s.exec(text.trim()) ?? [];
  if (kind === 'spool') return rest.startsWith('/') ? { kind, folder: rest } : undefined;
  if (kind === 'mail') return /^[^\s@]*\{to\}[^\s@]*@[^\s@{}]+$/.test(rest) ? { kind, address: rest } : undefined;
  if (kind === 'command') {
    const words = rest.split(/\s+/).filter((word) => word !== '');
    const isWhole = words[0]?.startsWith('/') === true && has(rest, '{to}') && has(rest, '{text}');
    return isWhole ? { kind, words: words as [string, ...string[]] } : undefined;
  }
  const [, url, body] = /^(https?:\/\/\S+)(?:\s+(.+))?$/s.exec(text.trim()) ?? [];
  if (url === undefined || !URL.canParse(url.replaceAll(/[{}]/g, ''))) return undefined;
  const all = `${url} ${body ?? ''}`;
  return has(all, '{to}') && has(all, '{text}') ? { kind: 'http', url, body } : undefined;
}

function has(text: string, placeholder: string): boolean {
  return text.includes(placeholder);
}

/** What is wrong with the setting `sms-gateway`, as the end of a sentence; it has a secret. */
export function smsGatewayProblem(text: string): string | undefined {
  return parseSmsGateway(text) === undefined
    ? 'must be spool:/FOLDER, mail:{to}@HOST, command:/PROGRAM {to} {text} or https://... with {to} and {text}'
    : undefined;
}

/** What is wrong with the name of a time zone, as the end of a sentence. */
export function timeZoneProblem(text: string): string | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return undefined;
  } catch {
    return `is "${text}", which is not a time zone: write a name such as Europe/Zurich`;
  }
}

/** What is wrong with an address that is asked, as the end of a sentence; it has a secret. */
export function webAddressProblem(text: string): string | undefined {
  return /^https?:\/\/[^\s/]/.test(text) && URL.canParse(text)
    ? undefined
    : 'is not an address that begins with https://';
}
