import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Diagnosis, notSetUp, yes } from './diagnosis.ts';

const page = 'docs/guides/run-a-library.md';

/** What the machine has to offer, or lacks, besides what checks look at. `root` is for tests. */
export function hostDiagnoses(root = '/'): readonly Diagnosis[] {
  return [service(root), system(root), confinement(root)];
}

function service(root: string): Diagnosis {
  const question = 'Does systemd look after services here?';
  if (existsSync(join(root, 'run/systemd/system'))) return yes(question, 'It does.');
  return {
    ...notSetUp(question, 'There is no systemd: whatever starts the server must start it again when it ends.'),
    page,
  };
}

/** Debian and what is made of it, on which everything is tried. */
const tried = /^(?:debian|ubuntu)$/;
const redHat = /^(?:rhel|fedora|centos)$/;

function system(root: string): Diagnosis {
  const question = 'Is this a system on which the library is tried?';
  const text = read(join(root, 'etc/os-release')) ?? read(join(root, 'usr/lib/os-release'));
  if (text === undefined) return notSetUp(question, 'There is no /etc/os-release that says which system this is.');
  const value = (name: string): string => new RegExp(`^${name}=["']?([^"'\\n]*)["']?$`, 'm').exec(text)?.[1] ?? '';
  const name = value('PRETTY_NAME') || value('NAME') || value('ID') || 'unknown';
  const family = [value('ID'), ...value('ID_LIKE').split(' ')];
  if (family.some((one) => tried.test(one))) return yes(question, name);
  if (family.some((one) => redHat.test(one)))
    return notSetUp(
      question,
      `${name}: commands and packages of the manuals are those of Debian. Here a package is installed by dnf, and SELinux is on: see the next question.`,
    );
  return notSetUp(question, `${name}: commands and packages of the manuals are those of Debian.`);
}

function confinement(root: string): Diagnosis {
  const question = 'Does a security module of the kernel leave the library what it needs?';
  const enforce = read(join(root, 'sys/fs/selinux/enforce'))?.trim();
  const label = (read(join(root, 'proc/self/attr/current')) ?? '').replaceAll('\0', '').trim();
  if (enforce === '1')
    return {
      ...notSetUp(
        question,
        `SELinux is enforcing, and this program runs as ${label || 'unknown'}. A service below /opt runs unconfined; a proxy in front may not connect to it before a boolean allows that.`,
      ),
      fix: 'reperio tune os; ausearch -m avc -ts today',
    };
  if (enforce === '0') return yes(question, 'SELinux is permissive: it only writes down what it would refuse.');
  const apparmor = read(join(root, 'sys/module/apparmor/parameters/enabled'))?.trim() === 'Y';
  if (apparmor && label !== '' && !label.startsWith('unconfined') && !label.startsWith('kernel'))
    return { ...notSetUp(question, `AppArmor confines this program by ${label}.`), fix: 'aa-status' };
  return yes(question, apparmor ? 'AppArmor is on, and confines nothing of ours.' : 'There is none.');
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
