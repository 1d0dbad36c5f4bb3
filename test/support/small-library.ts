import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestDatabase } from './database.ts';
import { root } from './markdown.ts';
import { type CommandResult, command, commandReading, type ReleaseNode, serveNode } from './release-node.ts';

/** A library of this clone, served by its real programs on a database of its own. */
export interface SmallLibrary {
  readonly address: string;
  /** `reperio WORDS`, to its end. */
  run(...words: readonly string[]): Promise<CommandResult>;
  close(): Promise<void>;
}

export interface SmallLibraryOptions {
  /** Path in the clone of its site file; undefined: the default one. */
  readonly site?: string;
  /** Words of `reperio load`. */
  readonly load?: readonly string[];
  /** An administrator of this name, who can `signIn`. */
  readonly administrator?: string;
  /** As the environment names them. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Loads and serves. Paths are relative to the clone. */
export async function openSmallLibrary({
  site,
  load,
  administrator,
  settings,
}: SmallLibraryOptions): Promise<SmallLibrary> {
  const store = await openTestDatabase({ migrated: false });
  const folder = mkdtempSync(join(tmpdir(), 'reperio-example-'));
  const node: ReleaseNode = {
    name: 'example',
    main: join(root, 'src/cli/main.ts'),
    folder,
    databaseUrl: store.url,
    settings,
  };
  const run = (...words: readonly string[]): Promise<CommandResult> => command(node, ...words);
  const discard = async (): Promise<void> => {
    await store.release();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    if (site !== undefined) await succeed(run('site', 'apply', join(root, site)));
    if (load !== undefined) await succeed(run('load', ...load));
    if (administrator !== undefined) {
      const words = ['person', 'add', administrator, '--role', 'superadmin', '--password-stdin'];
      await succeed(commandReading(node, `${passwordOf(administrator)}\n`, ...words));
    }
    const serving = await serveNode(node);
    return {
      address: serving.address,
      run,
      close: async () => {
        await serving.stop();
        await discard();
      },
    };
  } catch (error) {
    await discard();
    throw error;
  }
}

export function passwordOf(name: string): string {
  return `the password of ${name}`;
}

/** The cookie of somebody who signs in. */
export async function signIn({ address }: SmallLibrary, name: string): Promise<string> {
  const answer = await fetch(`${address}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password: passwordOf(name) }),
  });
  assert.equal(answer.status, 200, await answer.text());
  return (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
}

export async function succeed(result: Promise<CommandResult>): Promise<string> {
  const { status, stdout, stderr } = await result;
  assert.equal(status, 0, stderr || stdout);
  return stdout;
}
