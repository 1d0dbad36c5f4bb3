import type { Settings } from '../../config/settings.ts';
import type { Mailer } from '../../mail/mailer.ts';
import { untilBeat } from '../../store/beat.ts';
import type { Database } from '../../store/database.ts';
import type { CheckAnswer } from '../check/check.ts';
import type { Operators } from '../operators.ts';
import { type AlertMessage, type AlertTimes, type Evaluate, noChecks } from './alert.ts';
import { alertFile } from './alert-file.ts';
import { createHeartbeat, type HeartbeatState } from './heartbeat.ts';
import { createAlertKeeper } from './keep-alerts.ts';
import { messageText } from './message-text.ts';
import { openOutbox } from './outbox.ts';
import {
  dutiesOf,
  everybody,
  type Recipient,
  recipientOf,
  recipientsAt,
  wallTime,
  withoutTwins,
} from './recipients.ts';
import { createSender } from './send.ts';

export type AlertSettings = Pick<
  Settings,
  'dataFolder' | 'nodeName' | 'emergency' | 'timeZone' | 'smsGateway' | 'smtpUrl' | 'heartbeatUrl'
>;

export interface WatchAlertsOptions {
  /** As they are now: a reload changes them. */
  readonly settings: () => AlertSettings;
  /** Asked without patience, over a connection of its own. */
  readonly database: Database;
  readonly evaluate: Evaluate;
  readonly operators: () => Promise<Operators>;
  /** Keeps e-mails as files while no mail server is set. */
  readonly mailer: () => Mailer;
  readonly say: (level: 'info' | 'warn' | 'error', sentence: string) => void;
  readonly times?: AlertTimes;
  /** How often everything is looked at, in ms. */
  readonly every?: number;
}

const lookEvery = 5_000;
/** A look that takes longer is given up, and the next one begins. Milliseconds. */
const lookWithin = 15_000;

export interface AlertWatch {
  /** Undefined: nobody outside is told that this node lives. */
  heartbeat(): HeartbeatState | undefined;
  close(): Promise<void>;
}

/** Looks at everything every few seconds and tells those who are on duty, until it is closed. */
export function watchAlerts(options: WatchAlertsOptions): AlertWatch {
  const { database, evaluate, operators, say, times, every = lookEvery } = options;
  const { dataFolder, nodeName } = options.settings();
  const outbox = openOutbox(dataFolder, say);
  let who: Operators = { admin: '', from: 'library@localhost', library: 'the library' };
  let used = options.settings();
  let sender = createSender(used, options.mailer());

  function senderNow(): typeof sender {
    const settings = options.settings();
    if (settings === used) return sender;
    const before = sender;
    sender = createSender(settings, options.mailer());
    used = settings;
    before.close();
    return sender;
  }

  const keeper = createAlertKeeper({
    ...{ database, file: alertFile(dataFolder), node: nodeName, times },
    keep: (messages) =>
      messages.flatMap((message) =>
        outbox.keep(messageText(message, nodeName, who), recipientsOf(message, options.settings(), who), who),
      ),
    discard: outbox.discard,
  });
  const heartbeat = createHeartbeat({
    url: () => options.settings().heartbeatUrl,
    probe: () => senderNow().probe(),
    waiting: outbox.oldest,
    say,
  });

  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  const background = new Set<Promise<void>>();

  async function look(): Promise<void> {
    let looked = false;
    try {
      who = await operators();
      const answers = await withinTime(evaluate()).then((found) => {
        looked = true;
        return found;
      }, noAnswers);
      if (closed) return;
      await keeper.note(answers);
    } catch (error) {
      looked = false;
      say('warn', `Alerts could not be looked at: ${error instanceof Error ? error.message : String(error)}`);
    }
    // A way that hangs holds up no look. Whoever cannot look is not well, and says nothing.
    for (const work of [outbox.flush(senderNow(), Date.now()), ...(looked ? [heartbeat.tick()] : [])]) {
      const done: Promise<void> = work
        .catch((error: unknown) => say('warn', `Alerts: ${String(error)}`))
        .finally(() => background.delete(done));
      background.add(done);
    }
  }

  function next(): void {
    if (closed) return;
    timer = setTimeout(() => {
      looking = look().finally(next);
    }, untilBeat(every)).unref();
  }
  looking = look().finally(next);

  return {
    heartbeat: heartbeat.state,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await looking;
      await Promise.race([Promise.all(background), new Promise((resolve) => setTimeout(resolve, 2_000).unref())]);
      sender.close();
    },
  };
}

/**
 * Who gets a message: those on duty, all of them when nobody has answered, and the administrator.
 */
function recipientsOf(
  { kind, at }: AlertMessage,
  { emergency, timeZone }: AlertSettings,
  { admin }: Pick<Operators, 'admin'>,
): readonly Recipient[] {
  const duties = dutiesOf(emergency);
  const onDuty = kind === 'escalation' ? everybody(duties) : recipientsAt(duties, wallTime(at, timeZone));
  return withAdmin(onDuty, admin);
}

/** The administrator always gets an e-mail. */
export function withAdmin(onDuty: readonly Recipient[], admin: string): readonly Recipient[] {
  return admin === '' ? onDuty : withoutTwins([...onDuty, recipientOf(admin, 'admin')]);
}

/** What keeps the checks from being done is wrong itself. */
function noAnswers(error: unknown): ReadonlyMap<string, CheckAnswer> {
  const sentence = `The checks could not be done: ${error instanceof Error ? error.message : String(error)}`;
  return new Map([[noChecks, { state: 'critical', sentence, measures: [], fix: 'reperio status' }]]);
}

async function withinTime(
  answers: Promise<ReadonlyMap<string, CheckAnswer>>,
): Promise<ReadonlyMap<string, CheckAnswer>> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`the checks had no answer after ${lookWithin / 1000} s`)), lookWithin).unref();
  });
  return Promise.race([answers, late]);
}
