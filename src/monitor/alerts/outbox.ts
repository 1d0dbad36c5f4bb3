import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Operators } from '../operators.ts';
import { alertFolder } from './alert-folder.ts';
import { type Letter, lateText } from './message-text.ts';
import type { Recipient } from './recipients.ts';
import type { AlertSender } from './send.ts';

/** A message to one recipient, until it is sent. */
interface Waiting {
  readonly recipient: Recipient;
  readonly letter: Letter;
  readonly from: string;
}

export interface AlertOutbox {
  /** Keeps messages in the data folder before anything else is done with them; their names. */
  keep(letter: Letter, recipients: readonly Recipient[], operators: Pick<Operators, 'from'>): readonly string[];
  /** They are not to be sent. */
  discard(names: readonly string[]): void;
  /** Sends what waits and is due. Never rejects. */
  flush(sender: AlertSender, now: number): Promise<void>;
  /** Since when the oldest one waits; undefined: none does. */
  oldest(): number | undefined;
}

/** What could not be sent is tried again after this long, and said to be late from then on. */
const tryAgain = 30_000;
const late = 120_000;
/** What is older helps nobody. */
const tooOld = 24 * 3_600_000;

/** Messages that wait in the data folder: they outlive crashes, and ways that are closed. */
export function openOutbox(dataFolder: string, say: (level: 'info' | 'warn', sentence: string) => void): AlertOutbox {
  alertFolder(dataFolder);
  const folder = alertFolder(dataFolder, 'outbox');
  /** What the disk did not take: an alert may say that it is full. */
  const inMemory = new Map<string, Waiting>();
  const due = new Map<string, number>();
  const sending = new Set<string>();
  /** Sent, and still on a disk that deletes nothing at present: never sent again. */
  const over = new Set<string>();

  function forget(name: string): void {
    inMemory.delete(name);
    due.delete(name);
    try {
      rmSync(join(folder, name), { force: true });
      over.delete(name);
    } catch {
      over.add(name);
    }
  }

  function all(): readonly string[] {
    return [...namesIn(folder).filter((name) => !over.has(name)), ...inMemory.keys()].sort();
  }

  async function sendOne(name: string, sender: AlertSender, now: number): Promise<void> {
    const waiting = inMemory.get(name) ?? read(join(folder, name));
    if (waiting === undefined) return forget(name);
    const { recipient, letter, from } = waiting;
    const age = now - letter.at;
    try {
      await sender.send(recipient, age > late ? { ...letter, ...lateText(letter, age) } : letter, { from });
      forget(name);
      say('info', `An alert was sent to ${recipient.address}${age > late ? ', late' : ''}: ${letter.short}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const isOver = age > tooOld;
      const isFirst = !due.has(name);
      if (isOver) forget(name);
      if (isOver || isFirst)
        say('warn', `An alert could not be sent to ${recipient.address}${isOver ? ' and is given up' : ''}: ${reason}`);
      if (!isOver) due.set(name, now + tryAgain);
    }
  }

  return {
    keep: (letter, recipients, { from }) =>
      recipients.map((recipient) => {
        const name = `${String(letter.at).padStart(15, '0')}-${randomBytes(6).toString('hex')}.json`;
        const waiting = { recipient, letter, from };
        try {
          const path = join(folder, name);
          writeFileSync(`${path}.part`, JSON.stringify(waiting), { mode: 0o600 });
          renameSync(`${path}.part`, path);
        } catch {
          inMemory.set(name, waiting);
        }
        return name;
      }),
    discard: (names) => {
      for (const name of names) forget(name);
    },
    flush: async (sender, now) => {
      for (const name of over) forget(name);
      // Each way by itself: a server that does not answer keeps nobody else waiting.
      const names = all().filter((name) => !sending.has(name) && isDue(due.get(name) ?? 0, now));
      await Promise.all(
        names.map(async (name) => {
          sending.add(name);
          try {
            await sendOne(name, sender, now);
          } finally {
            sending.delete(name);
          }
        }),
      );
    },
    oldest: () => {
      const [name] = all();
      return name === undefined ? undefined : Number(name.split('-')[0]);
    },
  };
}

/** Also when the clock was set back: it would be waited for. */
function isDue(at: number, now: number): boolean {
  return at <= now || at > now + tryAgain;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}

function read(path: string): Waiting | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Waiting;
  } catch {
    return undefined;
  }
}
