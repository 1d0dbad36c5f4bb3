import { readdirSync, readFileSync } from 'node:fs';

/** The process that a process has started and that runs this program; undefined: there is none. */
export function processBelow(parent: number, program: string): number | undefined {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        const above = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[1];
        return Number(above) === parent && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(program);
      } catch {
        // It has ended.
        return false;
      }
    });
}
