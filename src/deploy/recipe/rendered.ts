import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Host } from '../../cluster/topology/topology.ts';
import type { Side } from './side.ts';

export interface RenderedDifference {
  readonly host: string;
  readonly path: string;
  readonly change: 'new' | 'changed' | 'gone';
}

/** Processes at once. */
const atOnce = 4;

/**
 * Files of hosts that one of the two renders otherwise than the other, by the command of each.
 * Undefined: one of them cannot render this cluster file.
 */
export async function renderedDifferences(
  from: Side,
  to: Side,
  file: string,
  hosts: readonly Host[],
): Promise<readonly RenderedDifference[] | undefined> {
  const found: RenderedDifference[] = [];
  const left = hosts.values();
  let isWhole = true;
  const work = async (): Promise<void> => {
    for (const { name } of left) {
      const [before, after] = await Promise.all([from, to].map((side) => render(side, file, name)));
      if (before === undefined || after === undefined) {
        isWhole = false;
        continue;
      }
      for (const [path, text] of after)
        if (before.get(path) !== text) found.push({ host: name, path, change: before.has(path) ? 'changed' : 'new' });
      for (const path of before.keys()) if (!after.has(path)) found.push({ host: name, path, change: 'gone' });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const order = hosts.map(({ name }) => name);
  return isWhole ? found.toSorted((a, b) => order.indexOf(a.host) - order.indexOf(b.host)) : undefined;
}

/** Text by path, with the places of passwords in their stead. */
async function render({ folder }: Side, file: string, host: string): Promise<ReadonlyMap<string, string> | undefined> {
  const words = [join(folder, 'src/cli/main.ts'), 'cluster', 'render', '--file', file, '--host', host];
  const text = await new Promise<string | undefined>((resolve) => {
    execFile(process.execPath, words, { timeout: 60_000, maxBuffer: 1 << 26 }, (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    );
  });
  return text === undefined ? undefined : parseRendered(text);
}

/** Of `reperio cluster render --host NAME`: a line with the path above each file. */
export function parseRendered(text: string): ReadonlyMap<string, string> {
  const parts = text.split(/^### (\/\S+) \(mode \d+\)$/m).slice(1);
  const files = new Map<string, string>();
  for (let at = 0; at < parts.length; at += 2) files.set(parts[at]!, parts[at + 1]!);
  return files;
}
