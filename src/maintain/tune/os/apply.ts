import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sysctlFile, sysctlLines } from '../../../cluster/render/kernel-settings.ts';
import { lines } from '../../../cluster/render/rendered-file.ts';
import { UserError } from '../../../errors/errors.ts';
import type { Assignment } from '../advice.ts';
import { tuneErrors } from '../errors.ts';
import { parseSysctlLines } from './parse.ts';

/**
 * Settings of the kernel, for now and for each boot: written to one file, which `sysctl -p` reads.
 * The file before stays beside it, with the values that the kernel had, so that it can be undone.
 * No name but *.conf is read at boot.
 */
export interface SysctlPlace {
  /** Where etc/sysctl.d is; default /. */
  readonly root?: string;
}

export interface SysctlChange {
  readonly name: string;
  /** Of the kernel; undefined: it does not tell. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const head = '# Made by `reperio tune os --apply`; `reperio tune os --undo` takes back the last change.';

interface Paths {
  readonly file: string;
  readonly previous: string;
  /** Values of the kernel before, as a file for `sysctl -p`. */
  readonly values: string;
}

function pathsIn({ root = '/' }: SysctlPlace): Paths {
  const file = join(root, sysctlFile);
  return { file, previous: `${file}.previous`, values: `${file}.values-before` };
}

/**
 * `whole`: the text of the file as `cluster render` makes it for this host; without it the settings
 * join those that are in the file. Throws `sysctlNotOurs`, `sysctlFailed` (nothing has changed
 * then).
 */
export function applySysctl(
  assignments: readonly Assignment[],
  place: SysctlPlace = {},
  whole?: string,
): readonly SysctlChange[] {
  const paths = pathsIn(place);
  const old = readIfThere(paths.file);
  const text = whole ?? joined(old, assignments);
  const names = [...new Set(parseSysctlLines(paths.file, text).map(({ name }) => name))];
  const before = valuesOf(names);
  writeNew(paths.values, valuesText(before));
  if (old === undefined) rmSync(paths.previous, { force: true });
  else writeNew(paths.previous, old);
  writeNew(paths.file, text);
  const refused = load(paths.file);
  if (refused !== undefined) {
    restore(paths);
    throw new UserError(tuneErrors.sysctlFailed, { reason: refused });
  }
  const after = valuesOf(names);
  return names.map((name) => ({ name, before: before.get(name), after: after.get(name) }));
}

/** Puts file and values back. Throws `nothingToUndo`, `sysctlNotOurs`, `sysctlFailed`. */
export function undoSysctl(place: SysctlPlace = {}): readonly SysctlChange[] {
  const paths = pathsIn(place);
  const wanted = readIfThere(paths.values);
  if (wanted === undefined) throw new UserError(tuneErrors.nothingToUndo, { place: paths.values });
  const names = parseSysctlLines(paths.values, wanted).map(({ name }) => name);
  const before = valuesOf(names);
  const refused = restore(paths);
  if (refused !== undefined) throw new UserError(tuneErrors.sysctlFailed, { reason: refused });
  const after = valuesOf(names);
  return names.map((name) => ({ name, before: before.get(name), after: after.get(name) }));
}

/** The values first: when this is killed, it can be asked again. */
function restore({ file, previous, values }: Paths): string | undefined {
  const refused = load(values);
  if (existsSync(previous)) renameSync(previous, file);
  else rmSync(file, { force: true });
  rmSync(values, { force: true });
  return refused;
}

function joined(old: string | undefined, assignments: readonly Assignment[]): string {
  const names = new Set(assignments.map(({ name }) => name));
  // What was there keeps its lines with their reasons, but for those that are set again.
  const kept: string[] = [];
  let comments: string[] = [];
  for (const line of (old ?? '').split('\n')) {
    const [setting] = parseSysctlLines('', line);
    if (setting === undefined) {
      if (line !== head && line !== '') comments.push(line);
      continue;
    }
    if (!names.has(setting.name)) kept.push(...comments, line);
    comments = [];
  }
  return lines(head, [...kept, ...comments], sysctlLines(assignments));
}

function valuesText(values: ReadonlyMap<string, string | undefined>): string {
  const set = [...values].flatMap(([name, value]) => (value === undefined ? [] : [`${name} = ${value}`]));
  return lines('# What the kernel had before `reperio tune os --apply`, for --undo.', set);
}

function valuesOf(names: readonly string[]): ReadonlyMap<string, string | undefined> {
  return new Map(names.map((name) => [name, kernelValue(name)]));
}

function kernelValue(name: string): string | undefined {
  const { status, stdout } = sysctl('-n', name);
  return status === 0 ? stdout.trim().replaceAll(/\s+/g, ' ') : undefined;
}

/** Undefined when the kernel took all of it, else what it says. */
function load(path: string): string | undefined {
  const { status, stderr } = sysctl('-q', '-p', path);
  return status === 0 ? undefined : stderr.trim().replaceAll('\n', '; ') || `sysctl ended with status ${status}`;
}

function sysctl(...words: readonly string[]) {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
  const run = spawnSync('sysctl', words, { encoding: 'utf8', env: { PATH: path, LC_ALL: 'C' } });
  if (run.error !== undefined)
    throw new UserError(tuneErrors.sysctlNotOurs, { reason: 'the program sysctl (package procps) is not installed' });
  return run;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw denied(error);
  }
}

/** In its place at once, whole. */
function writeNew(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    writeFileSync(`${path}.part`, text, { mode: 0o644 });
    renameSync(`${path}.part`, path);
  } catch (error) {
    throw denied(error);
  }
}

function denied(error: unknown): UserError {
  return new UserError(
    tuneErrors.sysctlNotOurs,
    { reason: error instanceof Error ? error.message : String(error) },
    error,
  );
}
