import type { SettingDefinition } from './definition.ts';

export const librarySettings = {
  dataFolder: {
    name: undefined,
    environment: 'REPERIO_DATA',
    type: 'path',
    default: '.reperio',
    change: 'restart',
    doc: 'The folder of the library on this machine: embedded database, local index, logs. A relative path starts at the current folder.',
    defaultDoc:
      '`.reperio` in the clone; of a release `~/.local/share/reperio`, for root `/var/lib/reperio`; of a package `/var/lib/reperio`',
  },
  baseUrl: {
    name: 'base-url',
    environment: 'REPERIO_BASE_URL',
    type: 'text',
    default: undefined,
    change: 'reload',
    doc: 'The address at which readers reach the library, without a slash at the end; for links in feeds, exports, e-mails and structured data.',
    defaultDoc: 'the Host header of the request',
  },
  registration: {
    name: 'registration',
    environment: 'REPERIO_REGISTRATION',
    type: 'text',
    default: 'open',
    choices: ['open', 'approval', 'closed'],
    change: 'reload',
    doc: 'Who may create an account on the pages: open means everybody with an e-mail address, approval everybody whom an administrator approves, closed nobody.',
  },
  signInSecrets: {
    name: 'sign-in-secrets',
    environment: 'REPERIO_SIGN_IN_SECRETS',
    type: 'text',
    default: undefined,
    secret: true,
    change: 'reload',
    doc: 'Client secrets of this library at the providers of `sign-in` in the site file, for example orcid=SECRET, university=SECRET. Without a secret the library is a public client of the provider.',
    defaultDoc: 'none',
  },
} as const satisfies Readonly<Record<string, SettingDefinition>>;
