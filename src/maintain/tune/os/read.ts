import { constants } from 'node:fs';
import { access, readdir, readlink, realpath, statfs } from 'node:fs/promises';
import { release } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { readCgroup } from './cgroup.ts';
import type { DiskFacts, FolderFacts, HostPart, ServerFacts, SettingsPart, SysctlLine, SystemFacts } from './facts.ts';
import { readClock, readSecurity } from './machine.ts';
import {
  chosen,
  filesLimitOf,
  type Mount,
  mountOf,
  parseCounters,
  parseMemory,
  parseMounts,
  parsePairs,
  parsePressure,
  parseSockets,
  parseSysctlLines,
} from './parse.ts';
import { textOf } from './text.ts';

export interface ReadOptions {
  readonly host: HostPart;
  readonly settings: SettingsPart;
  readonly dataFolder: string;
  /** Folders of this machine, with what they hold. */
  readonly folders: readonly { readonly what: FolderFacts['what']; readonly path: string }[];
  /** Settings of the kernel that some rule judges. */
  readonly names: readonly string[];
  /** Where etc/sysctl.d is; default /. */
  readonly root?: string;
}

/** Reads everything at once; takes some ten milliseconds. */
export async function readSystem(options: ReadOptions): Promise<SystemFacts> {
  const { host, settings, dataFolder, folders, names, root = '/' } = options;
  const [lines, mounts, cgroup, server, clock, security, container] = await Promise.all([
    sysctlFiles(root),
    textOf('/proc/mounts').then((text) => parseMounts(text ?? '')),
    readCgroup(),
    readServer(dataFolder),
    readClock(),
    readSecurity(),
    readContainer(),
  ]);
  const wanted = [...new Set([...names, ...lines.map(({ name }) => name)])];
  const sysctl = Object.fromEntries(
    (await Promise.all(wanted.map(async (name) => [name, await readSysctl(name)] as const))).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    ),
  );
  const [net, snmp, sockets, vm, uptime, memory, files, enabled, defrag] = await Promise.all(
    [
      '/proc/net/netstat',
      '/proc/net/snmp',
      '/proc/net/sockstat',
      '/proc/vmstat',
      '/proc/uptime',
      '/proc/meminfo',
      '/proc/sys/fs/file-nr',
      '/sys/kernel/mm/transparent_hugepage/enabled',
      '/sys/kernel/mm/transparent_hugepage/defrag',
    ].map(textOf),
  );
  const [used, , most] = (files ?? '').trim().split(/\s+/).map(Number);
  return {
    kernel: release(),
    container,
    settable: await settable(),
    host,
    settings,
    sysctl,
    lines,
    net: { ...parseCounters(net ?? ''), ...parseCounters(snmp ?? '') },
    sockets: parseSockets(sockets ?? ''),
    vm: parsePairs(vm ?? ''),
    uptime: uptime === undefined ? undefined : Number.parseFloat(uptime),
    memory: parseMemory(memory ?? ''),
    pressure: Object.fromEntries(
      (
        await Promise.all(
          ['cpu', 'memory', 'io'].map(async (name) => [name, await textOf(`/proc/pressure/${name}`)] as const),
        )
      ).flatMap(([name, text]) => (text === undefined ? [] : [[name, parsePressure(text)]])),
    ),
    cgroup,
    server,
    openFiles: used === undefined || most === undefined ? undefined : { used, most },
    hugePages: enabled === undefined ? undefined : { enabled: chosen(enabled), defrag: chosen(defrag ?? '') },
    folders: await Promise.all(folders.map(({ what, path }) => readFolder(what, path, mounts))),
    clock,
    security,
  };
}

export function sysctlPath(name: string): string {
  return `/proc/sys/${name.replaceAll('/', '\0').replaceAll('.', '/').replaceAll('\0', '.')}`;
}

/** Undefined: this kernel does not have it, or it may not be read. */
export async function readSysctl(name: string): Promise<string | undefined> {
  return (await textOf(sysctlPath(name)))?.trim().replaceAll(/\s+/g, ' ');
}

/** In the order in which systemd-sysctl reads them, so that the last line of a name counts. */
async function sysctlFiles(root: string): Promise<readonly SysctlLine[]> {
  const byName = new Map<string, string>();
  for (const folder of ['usr/lib/sysctl.d', 'usr/local/lib/sysctl.d', 'run/sysctl.d', 'etc/sysctl.d'])
    for (const name of await readdir(join(root, folder)).catch(() => []))
      if (name.endsWith('.conf')) byName.set(name, join(root, folder, name));
  const files = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  const legacy = join(root, 'etc/sysctl.conf');
  // Debian links it as 99-sysctl.conf; without the link only `sysctl -p` reads it.
  const linked = await Promise.all(files.map((path) => realpath(path).catch(() => path)));
  const all = linked.includes(legacy) ? files : [...files, legacy];
  return (await Promise.all(all.map(async (path) => parseSysctlLines(path, (await textOf(path)) ?? '')))).flat();
}

async function settable(): Promise<SystemFacts['settable']> {
  if (process.getuid?.() !== 0) {
    const mount = mountOf('/proc/sys', parseMounts((await textOf('/proc/mounts')) ?? ''));
    return mount?.options.includes('ro') === true ? 'read-only' : 'needs root';
  }
  // Root may always by the bits; a file system that is read-only says otherwise.
  return access(sysctlPath('net.core.somaxconn'), constants.W_OK).then(
    () => 'yes',
    () => 'read-only',
  );
}

async function readContainer(): Promise<string | undefined> {
  const environment = (await textOf('/proc/1/environ')) ?? '';
  const told = /(?:^|\0)container=([^\0]+)/.exec(environment)?.[1] ?? (await textOf('/run/systemd/container'))?.trim();
  if (told) return told;
  const marks = [
    ['/.dockerenv', 'docker'],
    ['/run/.containerenv', 'podman'],
  ] as const;
  for (const [path, name] of marks) if ((await access(path).catch(() => 'none')) !== 'none') return name;
  return process.env['KUBERNETES_SERVICE_HOST'] === undefined ? undefined : 'kubernetes';
}

async function readServer(dataFolder: string): Promise<ServerFacts | undefined> {
  try {
    const { pid } = JSON.parse((await textOf(join(dataFolder, 'serve.json'))) ?? '') as { readonly pid: number };
    const filesLimit = filesLimitOf((await textOf(`/proc/${pid}/limits`)) ?? '');
    if (filesLimit === undefined) return undefined;
    const children = (await textOf(`/proc/${pid}/task/${pid}/children`))?.trim().split(/\s+/) ?? [];
    const counts = await Promise.all(
      [String(pid), ...children.filter(Boolean)].map((one) => readdir(`/proc/${one}/fd`).catch(() => undefined)),
    );
    const known = counts.flatMap((files) => (files === undefined ? [] : [files.length]));
    return { pid, filesLimit, filesMost: known.length === 0 ? undefined : Math.max(...known) };
  } catch {
    return undefined;
  }
}

async function readFolder(what: FolderFacts['what'], path: string, mounts: readonly Mount[]): Promise<FolderFacts> {
  const there = await nearestThere(path);
  const mount = mountOf(there, mounts);
  const found = await statfs(there).catch(() => undefined);
  return {
    what,
    path,
    type: mount?.type,
    source: mount?.source,
    options: mount?.options ?? [],
    disk: mount === undefined ? undefined : await readDisk(mount.source),
    space: found && { free: found.bavail * found.bsize, size: found.blocks * found.bsize },
    inodes: found === undefined || found.files === 0 ? undefined : { free: found.ffree, size: found.files },
  };
}

/** A folder that is not there yet will be on the disk of the one above it. */
async function nearestThere(path: string): Promise<string> {
  return realpath(path).catch(() => (dirname(path) === path ? path : nearestThere(dirname(path))));
}

/** The disk of a partition, or what a mapped device is on; undefined where that is not one disk. */
export async function readDisk(source: string): Promise<DiskFacts | undefined> {
  if (!source.startsWith('/dev/')) return undefined;
  let name = basename(await realpath(source).catch(() => source));
  for (let depth = 0; depth < 4; depth++) {
    const slaves = await readdir(`/sys/class/block/${name}/slaves`).catch(() => []);
    if (slaves.length > 1) return undefined;
    if (slaves.length === 0) break;
    name = slaves[0]!;
  }
  if ((await textOf(`/sys/class/block/${name}/partition`)) !== undefined) {
    const link = await readlink(`/sys/class/block/${name}`).catch(() => '');
    name = basename(dirname(link));
  }
  const [rotational, scheduler] = await Promise.all([
    textOf(`/sys/block/${name}/queue/rotational`),
    textOf(`/sys/block/${name}/queue/scheduler`),
  ]);
  if (rotational === undefined || scheduler === undefined) return undefined;
  const schedulers = scheduler.replaceAll(/[[\]]/g, '').trim().split(/\s+/);
  return { name, rotational: rotational.trim() === '1', scheduler: chosen(scheduler), schedulers };
}
