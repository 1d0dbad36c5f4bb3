import { createHmac, randomBytes } from 'node:crypto';

/** A key of 256 bits, as Standard Webhooks writes it. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

export interface Signed {
  readonly id: string;
  /** Seconds since 1970: of this attempt, so that a message that is caught cannot be sent later. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * Headers of Standard Webhooks 1.0 (standardwebhooks.com): id, time and an HMAC-SHA-256 of both and
 * the body.
 */
export function signedHeaders({ id, timestamp, body }: Signed, secret: string): Readonly<Record<string, string>> {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
}
