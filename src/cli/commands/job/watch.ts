import { setTimeout as pause } from 'node:timers/promises';
import type { ReadStream, WriteStream } from 'node:tty';
import { UserError } from '../../../errors/errors.ts';
import { readLog } from '../../../jobs/queue/log.ts';
import { listJobs } from '../../../jobs/queue/read.ts';
import { readPriority } from '../../../jobs/queue/read-when.ts';
import { setJobPriority, wishOfJob } from '../../../jobs/queue/wishes.ts';
import type { Database } from '../../../store/database.ts';
import { defineSubcommand } from '../../command.ts';
import { cliErrors } from '../../errors.ts';
import { draw, pageOf, type Size } from '../../watch/draw.ts';
import { keysIn } from '../../watch/keys.ts';
import { type Act, firstWatch, press, type Watch, withJobs } from '../../watch/press.ts';
import { withDatabase } from '../../with-database.ts';

const lookEvery = 1_000;
const mostShown = 500;
/** Another screen, no cursor, no lines broken at the edge; and all of it back. */
const enter = '\x1b[?1049h\x1b[?25l\x1b[?7l';
const leave = '\x1b[?7h\x1b[?25h\x1b[?1049l';

export const watch = defineSubcommand({
  summary: 'Watch jobs on the whole screen, and put them to sleep, wake and stop them by keys.',
  description:
    'The keys are those of BibSched: 1 done, 2 active, 3 archived; w wake, s sleep, t stop, k acknowledge, d delete, n priority, l log, q quit. ? shows them.',
  examples: [{ command: 'jobs watch', doc: 'In any terminal; q ends it.' }],
  arguments: {},
  options: {},
  run: async ({ settings, stdin, stdout, signal }) => {
    if (!isTerminal(stdin) || !isScreen(stdout)) throw new UserError(cliErrors.noTerminal, { name: 'jobs watch' });
    await withDatabase(settings(), (database) => watchJobs(database, stdin, stdout, signal));
  },
});

async function watchJobs(
  database: Database,
  stdin: ReadStream,
  stdout: WriteStream,
  signal: AbortSignal,
): Promise<void> {
  let state = firstWatch;
  let wake = (): void => undefined;
  let isOver = false;
  let isNews = false;
  const acts: Act[] = [];
  const size = (): Size => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  const show = (): void => {
    const lines = draw(state, size(), Date.now());
    stdout.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`);
  };
  const onNews = (): void => {
    isNews = true;
    wake();
  };
  const onKeys = (chunk: string): void => {
    for (const key of keysIn(chunk)) {
      const pressed = press(state, key, pageOf(size()));
      state = pressed.watch;
      if (pressed.act !== undefined) acts.push(pressed.act);
    }
    show();
    if (acts.length > 0) onNews();
  };
  const end = (): void => {
    isOver = true;
    onNews();
  };
  const look = async (): Promise<void> => {
    const { part, mode } = state;
    try {
      const { rows, total } = await listJobs(database, { part, limit: mostShown });
      const lines = mode.kind === 'log' ? await readLog(database, mode.id) : undefined;
      // Another key may have been pressed meanwhile.
      if (state.part === part) state = withJobs(state, rows, total);
      const now = state.mode;
      if (lines !== undefined && now.kind === 'log' && now.id === (mode as typeof now).id)
        state = { ...state, mode: { ...now, lines } };
    } catch (error) {
      state = {
        ...state,
        message: `The database was asked in vain: ${String(error instanceof Error ? error.message : error)}`,
      };
    }
  };
  stdin.setEncoding('utf8');
  stdin.setRawMode(true);
  stdin.on('data', onKeys).once('end', end).once('error', end);
  stdout.on('resize', show);
  signal.addEventListener('abort', end, { once: true });
  stdout.write(enter);
  try {
    while (!isOver && !signal.aborted) {
      isNews = false;
      for (let act = acts.shift(); act !== undefined; act = acts.shift()) {
        if (act.kind === 'quit') return;
        state = await doAct(database, state, act);
      }
      await look();
      show();
      if (isNews) continue;
      const waiting = new AbortController();
      wake = () => waiting.abort();
      await pause(lookEvery, undefined, { signal: waiting.signal }).catch(() => undefined);
    }
  } finally {
    stdout.write(leave);
    stdout.off('resize', show);
    stdin.off('data', onKeys).off('end', end).off('error', end);
    if (!stdin.destroyed) stdin.setRawMode(false);
    stdin.destroy();
  }
}

async function doAct(database: Database, state: Watch, act: Act): Promise<Watch> {
  try {
    if (act.kind === 'wish') {
      const { id, wish } = act;
      const was = await database.transaction((transaction) => wishOfJob(transaction, id, wish));
      return { ...state, message: `Job ${id}, which was ${was}: ${wish}.` };
    }
    if (act.kind === 'priority') {
      const priority = readPriority(act.text);
      await database.transaction((transaction) => setJobPriority(transaction, act.id, priority));
      return { ...state, message: `Job ${act.id} has priority ${priority}.` };
    }
    return state;
  } catch (error) {
    return { ...state, message: error instanceof UserError ? `${error.message} ${error.hint}` : String(error) };
  }
}

function isTerminal(stream: unknown): stream is ReadStream {
  return (stream as { readonly isTTY?: boolean }).isTTY === true;
}

function isScreen(stream: unknown): stream is WriteStream {
  return (stream as { readonly isTTY?: boolean }).isTTY === true;
}
