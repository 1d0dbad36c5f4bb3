import type { SettingDefinition } from './definition.ts';

export const doisSettings = {
  dataciteUrl: {
    name: 'datacite-url',
    environment: 'REPERIO_DATACITE_URL',
    type: 'text',
    default: 'https://api.datacite.org',
    change: 'reload',
    doc: 'Where DOIs are registered: the REST API of DataCite. To try it out: https://api.test.datacite.org with a test account.',
  },
  dataciteUser: {
    name: 'datacite-user',
    environment: 'REPERIO_DATACITE_USER',
    type: 'text',
    default: undefined,
    change: 'reload',
    doc: 'Repository account at DataCite, for example EXAMPLE.LIBRARY. Without it no DOI is sent.',
    defaultDoc: 'none',
  },
  datacitePassword: {
    name: 'datacite-password',
    environment: 'REPERIO_DATACITE_PASSWORD',
    type: 'text',
    default: undefined,
    secret: true,
    change: 'reload',
    doc: 'Password of this account.',
    defaultDoc: 'none',
  },
} as const satisfies Readonly<Record<string, SettingDefinition>>;
