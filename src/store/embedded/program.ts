import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { UserError } from '../../errors/errors.ts';
import { storeErrors } from '../errors.ts';
import { giveToFolderOwner } from '../folder-owner.ts';
import type { Identity } from './identity.ts';
import type { Layout } from './layout.ts';

/** A program of PostgreSQL that was started, and how to tell why it failed. */
export interface Program {
  readonly child: ChildProcess;
  /** What it has written to the log since it was started. */
  output(): string;
  /** `what` it did not do: "start". */
  failure(what: string, reason?: string): UserError;
}

const logLimit = 10 * 1024 * 1024;

export function launch(program: string, words: readonly string[], layout: Layout, identity: Identity): Program {
  const [first = program, ...rest] = [...identity.prefix, program, ...words];
  const log = openLog(layout);
  const output = () => readFileSync(layout.log).subarray(log.size).toString('utf8');
  try {
    // A session of its own: Ctrl-C in the terminal must reach our process alone, which then stops
    // the server in order.
    const child = spawn(first, rest, {
      cwd: '/',
      detached: true,
      stdio: ['pipe', log.descriptor, log.descriptor],
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
      uid: identity.uid,
      gid: identity.gid,
    });
    // A program that ends at once does not read its input.
    child.stdin?.on('error', () => {});
    return { child, output, failure: (what, reason) => explain(what, reason, output(), layout) };
  } finally {
    closeSync(log.descriptor);
  }
}

function openLog(layout: Layout): { readonly descriptor: number; readonly size: number } {
  const size = statSync(layout.log, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logLimit) renameSync(layout.log, `${layout.log}.1`);
  const descriptor = openSync(layout.log, 'a', 0o600);
  giveToFolderOwner(layout.log);
  return { descriptor, size: size > logLimit ? 0 : size };
}

function explain(what: string, reason: string | undefined, output: string, layout: Layout): UserError {
  const lines = output.trimEnd().split('\n');
  if (/No space left on device|wrote only \d+ of \d+ bytes/.test(output)) {
    return new UserError(storeErrors.diskFull, {
      reason: 'the embedded PostgreSQL cannot write',
      place: layout.folder,
    });
  }
  const told = reason ?? lines.find((line) => /FATAL|PANIC|error:/.test(line)) ?? lines.at(-1) ?? 'it says nothing';
  return new UserError(storeErrors.embeddedFailed, {
    what,
    reason: told.replace(/^.*?(FATAL|PANIC|error): +/, ''),
    log: layout.log,
  });
}
