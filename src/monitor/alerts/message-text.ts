import { playbook } from '../check/page.ts';
import { checks } from '../check/table.ts';
import type { Operators } from '../operators.ts';
import type { Alert, AlertMessage } from './alert.ts';
import { smsText } from './sms-text.ts';

/** What one recipient reads. */
export interface MessageText {
  readonly subject: string;
  readonly text: string;
  /** One part of a text message. */
  readonly short: string;
}

/** What is waiting to be sent: plain data, for the day on which nothing can be. */
export interface Letter extends MessageText {
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** `node`: which says it. */
export function messageText(message: AlertMessage, node: string, { library }: Pick<Operators, 'library'>): Letter {
  const { kind, firing, resolved, at } = message;
  const all = [...firing, ...resolved];
  const first = all[0];
  const word = firing.length === 0 ? 'RESOLVED' : 'ALERT';
  const more = all.length > 1 ? ` (and ${all.length - 1} more)` : '';
  const head = first === undefined ? '' : `${first.name}: ${sentenceOf(first)}`;
  const prefix = { alert: '', repeat: 'still ', escalation: 'nobody has acknowledged ' }[kind];
  return {
    at,
    subject: `[${word}] ${prefix}${head}${more}, ${library}`.replace(/\s+/g, ' ').slice(0, 200),
    short: smsText(`${word} ${library}: ${prefix}${head}${more}`),
    text: [
      `${{ alert: 'From', repeat: 'Still so, from', escalation: 'Nobody has acknowledged this. From' }[kind]} ${node} of ${library}, ${timeText(at)}:`,
      '',
      ...all.flatMap(paragraph),
      ...(firing.length === 0
        ? []
        : [
            'Say that you are at it:   reperio alert ack NAME',
            'Silent for two hours:     reperio alert silence NAME --for 2h',
            'What there is:            reperio alert list',
            '',
          ]),
    ].join('\n'),
  };
}

/** The message of `reperio alert test`. */
export function testText(node: string, { library }: Pick<Operators, 'library'>, at: number): Letter {
  return {
    at,
    subject: `[ALERT] test from ${node}, ${library}`,
    short: smsText(`ALERT ${library}: test from ${node}`),
    text: `This is a test of the alerts of ${library}, sent from ${node}, ${timeText(at)}.\nNothing is wrong, and nothing is to be done.\n`,
  };
}

/** The same when it could not be sent for so long, in ms. */
export function lateText(letter: MessageText, late: number): MessageText {
  const minutes = Math.max(1, Math.round(late / 60_000));
  const words = `late by ${minutes} min`;
  return {
    subject: letter.subject.replace(/^\[(\w+)\]/, `[$1, ${words}]`),
    short: smsText(letter.short.replace(/^(\w+) /, `$1 (${words}) `)),
    text: `This could not be sent for ${minutes} min.\n\n${letter.text}`,
  };
}

function paragraph(alert: Alert): readonly string[] {
  const { name, fix, since, resolved, state } = alert;
  return [
    `${state === 'resolved' ? 'resolved' : alert.flapping ? 'flaps' : 'firing'}  ${name}`,
    `  ${sentenceOf(alert)}`,
    `  since ${timeText(since)}${state === 'resolved' && resolved !== null ? `, well since ${timeText(resolved)}` : ''}`,
    ...(state === 'resolved' ? [] : [...(fix === '' ? [] : [`  Try: ${fix}`]), `  See: ${pageOf(alert)}`]),
    '',
  ];
}

/** Where the manual says what to do. */
function pageOf({ check }: Alert): string {
  return playbook(checks.find(({ name }) => name === check)?.page ?? 'First, half a minute');
}

function sentenceOf({ sentence, flapping, state }: Alert): string {
  return flapping && state === 'firing' ? `comes and goes again and again; last: ${sentence}` : sentence;
}

function timeText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
