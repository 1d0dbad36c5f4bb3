import type { SettingDefinition } from './definition.ts';

export const mailSettings = {
  smtpUrl: {
    name: 'smtp-url',
    environment: 'REPERIO_SMTP_URL',
    type: 'text',
    default: undefined,
    secret: true,
    change: 'reload',
    doc: 'The mail server: smtp://user:password@mail.example:587 (encrypted if the server supports it) or smtps://...:465.',
    defaultDoc: 'none: e-mails are kept as files in the folder `outbox` of the data folder, and the log says so',
  },
  mailFrom: {
    name: 'mail-from',
    environment: 'REPERIO_MAIL_FROM',
    type: 'text',
    default: undefined,
    change: 'reload',
    doc: 'The sender of e-mails, for example Library <library@library.example>.',
    defaultDoc: 'the address of `admin` in the site file',
  },
} as const satisfies Readonly<Record<string, SettingDefinition>>;
