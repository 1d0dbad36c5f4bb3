import type { Email } from '../../mail/mailer.ts';
import type { Operators } from '../operators.ts';
import type { ToldFailure } from './write-failures.ts';

const stackShown = 6;

/** The e-mail to the administrator about a failure; undefined: there is nobody to send it to. */
export function failureEmail(
  { admin, from, library }: Operators,
  { failure, why, count, streak, resolvedIn }: ToldFailure,
): Email | undefined {
  if (admin === '') return undefined;
  const { fingerprint, type, code, place, message, frames, release, samples } = failure;
  const back = resolvedIn === null ? 'It was resolved' : `It was resolved in ${resolvedIn}`;
  const head = {
    new: `A failure in ${library}.`,
    count: `A failure in ${library} goes on: it happened ${streak} times since it began.`,
    regression: `${back}, and has come back in ${release}.`,
  }[why];
  const [sample] = samples;
  const lines = [
    head,
    '',
    `What      ${[type, code].filter(Boolean).join(' ')}: ${message}`,
    place === '' ? undefined : `Where     ${place}`,
    frames.length === 0 ? undefined : `Code      ${frames.slice(0, 3).join(' < ')}`,
    `Release   ${release}`,
    `Count     ${count}`,
    ...(sample === undefined
      ? []
      : [
          '',
          `Last seen ${new Date(sample.at).toISOString()} on ${sample.node}`,
          ...(sample.request === undefined ? [] : [`Request   ${sample.request} in the log`]),
          ...(sample.address === undefined ? [] : [`          ${sample.address}`]),
          ...sample.stack.slice(0, stackShown).map((line) => `          ${line}`),
        ]),
    '',
    `Details:  reperio failures show ${fingerprint}`,
    `Repaired: reperio failures resolve ${fingerprint} --in VERSION`,
    `No more e-mails about it: reperio failures mute ${fingerprint}`,
    '',
  ];
  const what = why === 'regression' ? 'back again' : why === 'count' ? `${streak} times` : 'new';
  return {
    from,
    to: admin,
    subject: `[failure, ${what}] ${type} ${place} ${library}`.replace(/\s+/g, ' '),
    text: lines.filter((line) => line !== undefined).join('\n'),
  };
}
