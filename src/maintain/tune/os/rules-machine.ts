import { type KernelSetting, kernelSettings } from '../../../cluster/render/kernel-settings.ts';
import { type Advice, type Judgement, note, ok, type Rule, unknown } from '../advice.ts';
import { bytesText, percent } from '../units.ts';
import type { FolderFacts, SystemFacts } from './facts.ts';

/** What a host of a cluster has by its roles, whatever its counters say. */
export function roleAdvice({ host, sysctl }: SystemFacts): readonly Advice[] {
  if (host.name === undefined) return [];
  const group = `Roles of ${host.name}: ${host.roles.join(', ')}`;
  return kernelSettings(host).map((setting): Advice => {
    const { name, value: wanted, why } = setting;
    const value = sysctl[name];
    if (value === undefined) return { name, group, ...unknown(`this kernel does not tell ${name}`) };
    if (isEnough(setting, value)) return { name, group, ...ok(value, why) };
    return { name, group, state: 'advise', value, wanted, reason: why, set: [setting] };
  });
}

function isEnough({ value: wanted, enough }: KernelSetting, value: string): boolean {
  if (enough === 'or more') return Number(value) >= Number(wanted);
  if (enough === 'or less') return Number(value) <= Number(wanted);
  return value === wanted;
}

/** Lines of files that the kernel does not know, or that something has overruled since boot. */
function bootLines({ lines, sysctl }: SystemFacts): Judgement {
  const plain = lines.filter(({ name }) => !name.includes('*'));
  const last = new Map(plain.map((line) => [line.name, line]));
  const gone = [...last.values()].filter(({ name }) => /\btcp_tw_recycle$/.test(name) && sysctl[name] === undefined);
  const count = `${lines.length} lines set something at boot`;
  const [first] = gone;
  if (first === undefined) return ok(undefined, count);
  return {
    state: 'advise',
    value: `${first.file}:${first.line}`,
    reason: `it sets ${first.name}, which this kernel does not have: \`sysctl -p\` fails there`,
    command: `sed -i '${first.line}s/^/# /' ${first.file}`,
  };
}

/** File systems of other machines: their locks, sockets and fsync are not those of a disk. */
const remote = /^(?:nfs4?|cifs|smb3|9p|ceph|glusterfs|fuse\.(?:sshfs|glusterfs|s3fs|rclone|goofys|juicefs))$/;
const volatile = new Set(['tmpfs', 'ramfs']);
const names = { data: 'the data folder', database: 'the database', files: 'the files' } as const;

function mountOf({ what, path, type, options }: FolderFacts): Judgement {
  if (type === undefined) return unknown(`the mount of ${path} is not in /proc/mounts`);
  const value = `${type} (${options.filter((option) => /atime|^soft|^hard|^vers|^(?:a?sync)$|^ro$/.test(option)).join(',')})`;
  if (volatile.has(type))
    return {
      state: 'advise',
      value,
      reason: `${path} is in memory: ${names[what]} is lost at a restart`,
      ...moved(path),
    };
  if (what !== 'files' && remote.test(type))
    return {
      state: 'advise',
      value,
      reason: `${path} is on another machine: locks, sockets and fsync need a local disk`,
      ...moved(path),
    };
  if (type.startsWith('nfs')) return nfs(path, value, options);
  if (options.includes('strictatime'))
    return {
      state: 'advise',
      value,
      wanted: 'relatime',
      reason: 'strictatime writes to the disk for each read',
      command: `mount -o remount,relatime ${path}   # and in /etc/fstab`,
    };
  return ok(value, `${path}; relatime is the default, and noatime saves little more`);
}

const moved = (path: string): Pick<Judgement, 'command'> => ({
  command: `# move ${path} to a local disk, and set REPERIO_DATA`,
});

function nfs(path: string, value: string, options: readonly string[]): Judgement {
  if (options.includes('soft') || options.includes('softerr'))
    return {
      state: 'advise',
      value,
      wanted: 'hard',
      reason: `${path} is mounted soft: when its server is slow, writes fail and files look damaged`,
      command: `# in /etc/fstab: ${path} nfs4 hard,vers=4.2`,
    };
  const version = options.find((option) => option.startsWith('vers='));
  if (version !== undefined && Number.parseFloat(version.slice(5)) < 4)
    return note(value, `${path}: NFS 4.2 keeps locks and recovers them by itself; this is ${version}`);
  return ok(value, `${path} waits for its server (hard)`);
}

const fullShare = 0.1;
/** Bytes: a full segment of a large library, and some write-ahead log. */
const fullBytes = 2 * 2 ** 30;

function spaceOf({ path, space, inodes }: FolderFacts): Judgement {
  if (space === undefined) return unknown(`statfs does not answer for ${path}`);
  const value = `${bytesText(space.free)} free`;
  const number = `${percent(space.free / space.size)} of ${bytesText(space.size)}, ${path}`;
  const command = `df -h ${path}; df -i ${path}; reperio index status`;
  // A share of a large disk is much, and a few gigabytes of a small one are too.
  if (space.free < space.size * fullShare && space.free < 10 * fullBytes)
    return { state: 'advise', value, wanted: percent(fullShare), reason: `only ${number}`, command };
  if (space.free < fullBytes)
    return { state: 'advise', value, wanted: bytesText(fullBytes), reason: `only ${number}`, command };
  if (inodes !== undefined && inodes.free < inodes.size * 0.05)
    return {
      state: 'advise',
      value: `${inodes.free} inodes free`,
      reason: `only ${percent(inodes.free / inodes.size)} of the files that fit on this disk`,
      command,
    };
  return ok(value, number);
}

/** For disks that seek nothing, sorting requests costs more than it saves. */
const simple = ['none', 'mq-deadline', 'kyber'];

function scheduler({ folders, pressure: { io } }: SystemFacts): Judgement | undefined {
  const disks = folders.flatMap(({ disk }) => (disk === undefined ? [] : [disk]));
  const [disk] = disks.filter(({ scheduler: one }) => !simple.includes(one));
  const waits =
    io === undefined ? 'this kernel does not say how long' : `processes waited ${io.some} % of five minutes`;
  if (disks.length === 0) return undefined;
  const all = [...new Set(disks.map(({ name, scheduler: one }) => `${name} ${one}`))].join(', ');
  // A virtual disk calls itself rotational whatever it is, so that decides nothing there.
  const seeks = disk?.rotational === true && !/^(?:vd|xvd|nvme)/.test(disk.name);
  if (disk === undefined || seeks || (io?.some ?? 0) < pressed) return ok(all, waits);
  const wanted = disk.schedulers.find((one) => simple.includes(one)) ?? 'none';
  return {
    state: 'advise',
    value: `${disk.name} ${disk.scheduler}`,
    wanted,
    reason: `${waits} for the disk, which seeks nothing`,
    command: `echo ${wanted} > /sys/block/${disk.name}/queue/scheduler   # for good: a rule in /etc/udev/rules.d`,
  };
}

const pressed = 5;
/** Milliseconds: sessions, links and leases are compared between machines in seconds. */
const clockLimit = 100;

function clock({ clock: { synchronised, offset, source }, container }: SystemFacts): Judgement {
  const command = 'apt install chrony && systemctl enable --now chrony';
  if (synchronised === undefined) {
    if (container !== undefined) return note(undefined, `the clock is that of the host of this ${container} container`);
    return unknown('neither chronyc nor timedatectl is there to say');
  }
  if (!synchronised) {
    if (container !== undefined)
      return note('not told', `nothing in this ${container} container keeps the clock: its host does`);
    return { state: 'advise', value: 'not synchronised', reason: 'nothing keeps the clock of this machine', command };
  }
  if (offset === undefined) return ok('synchronised', `by ${source}; how far it is off is not told`);
  const value = `${Math.round(offset * 1000) / 1000} ms off`;
  if (offset <= clockLimit) return ok(value, `by ${source}`);
  return { state: 'advise', value, wanted: `${clockLimit} ms`, reason: `by ${source}`, command: 'chronyc makestep' };
}

function selinux({ security: { selinux: mode, booleans, proxies } }: SystemFacts): Judgement {
  if (mode === 'off') return ok('off', 'there is no SELinux on this machine');
  if (mode === 'permissive')
    return note(mode, 'enforcing works: services in /opt run unconfined, and a proxy needs httpd_can_network_connect');
  const needed = proxies.some((name) => name !== 'haproxy') ? 'httpd_can_network_connect' : 'haproxy_connect_any';
  const value = booleans[needed];
  if (proxies.length === 0) return ok(mode, 'no proxy runs here that it could keep from the library');
  if (value === undefined) return unknown(`the boolean ${needed} cannot be read`);
  const running = `${proxies.join(', ')} runs here`;
  if (value) return ok(mode, `${running}, and ${needed} is on`);
  return {
    state: 'advise',
    value: `${needed} off`,
    wanted: 'on',
    reason: `${running}, and may not connect to the library`,
    command: `setsebool -P ${needed} on`,
  };
}

function apparmor({ security: { apparmor: mode, profiles } }: SystemFacts): Judgement {
  if (mode === 'off') return ok('off', 'there is no AppArmor on this machine');
  return ok('on', `${profiles ?? 'an unknown number of'} profiles are loaded; \`aa-status\` lists what they confine`);
}

function folderRules(what: FolderFacts['what']): readonly Rule<SystemFacts>[] {
  const about =
    (judge: (folder: FolderFacts) => Judgement) =>
    ({ folders }: SystemFacts): Judgement | undefined => {
      const folder = folders.find((one) => one.what === what);
      return folder === undefined ? undefined : judge(folder);
    };
  return [
    { name: `mount of ${names[what]}`, group: 'Disks', reads: '/proc/mounts', judge: about(mountOf) },
    { name: `space of ${names[what]}`, group: 'Disks', reads: 'statfs', judge: about(spaceOf) },
  ];
}

export const machineRules: readonly Rule<SystemFacts>[] = [
  { name: 'sysctl.d', group: 'Network', reads: '/etc/sysctl.conf, sysctl.d', judge: bootLines },
  ...folderRules('data'),
  ...folderRules('database'),
  ...folderRules('files'),
  { name: 'I/O scheduler', group: 'Disks', reads: '/sys/block, /proc/pressure/io', judge: scheduler },
  { name: 'clock', group: 'Clock', reads: 'chronyc, timedatectl', judge: clock },
  { name: 'SELinux', group: 'Security', reads: '/sys/fs/selinux', judge: selinux },
  { name: 'AppArmor', group: 'Security', reads: '/sys/module/apparmor', judge: apparmor },
];
