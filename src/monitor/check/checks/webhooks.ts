import sql from 'sql-template-tag';
import type { Check } from '../definition.ts';
import { counted } from './parts.ts';

interface Trouble {
  readonly name: string;
  readonly isOff: boolean;
  /** Seconds for which it has taken nothing. */
  readonly failing: number;
  readonly reason: string;
}

export const webhooks: Check = {
  name: 'webhooks',
  question: 'Are messages of webhooks taken?',
  summary: 'Seconds for which a webhook has taken nothing, though it was tried.',
  warning: '3600',
  critical: '86400',
  page: 'A webhook that fails',
  shared: true,
  every: 30_000,
  run: async ({ database }) => {
    const [counts] = await database().query<{ active: number; waiting: number }>(sql`
      SELECT (SELECT count(*)::integer FROM webhook WHERE active) AS active,
        (SELECT count(*)::integer FROM webhook_message WHERE state = 'waiting') AS waiting`);
    const troubles = await database().query<Trouble>(sql`
      SELECT name, NOT active AS "isOff", coalesce(extract(epoch FROM now() - failing), 0)::float8 AS failing,
        coalesce(off_reason, '') AS reason
      FROM webhook WHERE (active AND failing IS NOT NULL) OR off_reason IS NOT NULL ORDER BY failing DESC NULLS LAST`);
    const { active, waiting } = counts!;
    const off = troubles.filter(({ isOff }) => isOff);
    const failing = troubles.filter(({ isOff }) => !isOff);
    const sentences = [
      ...failing.map(
        ({ name, failing: seconds }) => `Webhook ${name} has taken nothing for ${Math.round(seconds / 60)} min.`,
      ),
      ...off.map(({ name, reason }) => `Webhook ${name} was switched off: ${reason}.`),
    ];
    return {
      ...(off.length > 0 ? { atLeast: 'warning' as const } : {}),
      sentence:
        sentences.length > 0
          ? sentences.slice(0, 5).join(' ')
          : `${counted(active, 'webhook', 'webhooks')} active, ${counted(waiting, 'message', 'messages')} waiting.`,
      measures: [
        { label: 'failing', value: Math.round(failing[0]?.failing ?? 0), unit: 's', minimum: 0 },
        { label: 'waiting', value: waiting, unit: '', minimum: 0 },
        { label: 'off', value: off.length, unit: '', minimum: 0 },
      ],
      fix: 'reperio webhooks list',
    };
  },
};
