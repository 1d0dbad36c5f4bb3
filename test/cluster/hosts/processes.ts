import { readFileSync } from 'node:fs';

/** Numbers of the processes that this one started and that live, of all its threads. */
function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** It and everything below it. */
export function treeOf(pid: number): readonly number[] {
  return [pid, ...childrenOf(pid).flatMap(treeOf)];
}

export function onlyChildOf(pid: number): number | undefined {
  return childrenOf(pid)[0];
}

/** Its numbers in the pid namespaces that it is in, ours first. */
function numbersOf(pid: number): readonly number[] {
  try {
    const line = /^NSpid:(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
    return line.trim().split(/\s+/).map(Number);
  } catch {
    return [];
  }
}

/** The first process of the pid namespace that is `depth` below ours, among those below `pid`. */
export function initBelow(pid: number, depth: number): number | undefined {
  return treeOf(pid).find((each) => {
    const numbers = numbersOf(each);
    return numbers.length === depth + 1 && numbers.at(-1) === 1;
  });
}

/** Already gone is as good. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
