import type { SettingDefinition } from './definition.ts';

export const webhooksSettings = {
  webhookHosts: {
    name: 'webhook-hosts',
    environment: 'REPERIO_WEBHOOK_HOSTS',
    type: 'text',
    default: undefined,
    change: 'reload',
    doc: 'Hosts to which webhooks may send, with commas: hooks.partner.example, *.library.example for all below it, * for any. Nothing is sent to others.',
    defaultDoc: 'none',
  },
  webhookNetworks: {
    name: 'webhook-networks',
    environment: 'REPERIO_WEBHOOK_NETWORKS',
    type: 'text',
    default: undefined,
    change: 'reload',
    doc: 'Networks that are not public and to which webhooks may send all the same, with commas: 10.1.2.0/24, ::1. They connect to no other private address, whatever a host is called.',
    defaultDoc: 'none',
  },
  webhookGiveUp: {
    name: 'webhook-give-up',
    environment: 'REPERIO_WEBHOOK_GIVE_UP',
    type: 'number',
    default: 5,
    minimum: 1,
    maximum: 365,
    change: 'reload',
    doc: 'A webhook that has taken nothing for so many days, though it was tried, is switched off, and its owner gets an e-mail.',
  },
} as const satisfies Readonly<Record<string, SettingDefinition>>;
