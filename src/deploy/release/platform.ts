import type { Platform } from './release.ts';

/** Of this machine; undefined: not known, as on a system without glibc. */
export interface Machine {
  readonly arch: string;
  readonly glibc: string | undefined;
}

export function thisMachine(): Machine {
  // Else it looks up the names of all connections. The types of Node do not know this one.
  Object.assign(process.report, { excludeNetwork: true });
  const report = process.report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: string } };
  return { arch: process.arch, glibc: report.header?.glibcVersionRuntime };
}

/** Why a release does not run on a machine, as the end of a sentence; undefined: it does. */
export function platformProblem({ arch, glibc }: Platform, machine: Machine): string | undefined {
  if (arch !== machine.arch) return `it was made for ${arch}, and this machine is ${machine.arch}`;
  if (machine.glibc === undefined) return `it needs glibc ${glibc} or newer, and this machine has another C library`;
  if (isOlder(machine.glibc, glibc)) return `it needs glibc ${glibc} or newer, and this machine has ${machine.glibc}`;
  return undefined;
}

/** Versions of numbers: is 2.9 older than 2.28? */
export function isOlder(a: string, b: string): boolean {
  return a.localeCompare(b, 'en', { numeric: true }) < 0;
}

/**
 * The newest version of glibc that programs and libraries ask for, of their names in their own
 * tables: what the linker wants to find.
 */
export function glibcOf(programs: Iterable<Buffer>): string {
  let newest = '2.17';
  for (const program of programs) {
    for (const [, version = ''] of program.toString('latin1').matchAll(/GLIBC_(\d+\.\d+(?:\.\d+)?)\0/g))
      if (isOlder(newest, version)) newest = version;
  }
  return newest;
}
