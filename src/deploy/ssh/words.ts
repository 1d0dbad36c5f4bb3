import { execFile } from 'node:child_process';
import { loginOf, type SshTarget } from './explain.ts';

export interface SshOptions {
  /** Instead of ~/.ssh/config; for tests. */
  readonly config?: string;
}

/** Seconds. */
const connectLimit = 10;
const aliveEvery = 5;
const aliveMissed = 3;

/** For messages that can be recognised. */
export function sshEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C' };
}

/**
 * What stands between `ssh` and the command, for the connection that others share. It ends when it
 * hears nothing for a quarter of a minute.
 */
export function masterWords(target: SshTarget, socket: string, { config }: SshOptions): readonly string[] {
  return [
    ...(config === undefined ? [] : ['-F', config]),
    ...['-T', '-x', '-a', '-e', 'none', '-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR'],
    ...['-o', `ConnectTimeout=${connectLimit}`],
    ...['-o', `ServerAliveInterval=${aliveEvery}`, '-o', `ServerAliveCountMax=${aliveMissed}`],
    ...['-o', 'ControlMaster=yes', '-o', `ControlPath=${socket}`, '-o', 'ControlPersist=no'],
    ...[loginOf(target), '--'],
  ];
}

/** The same for a command over that connection; without it, it does not make one of its own. */
export function sharedWords(socket: string, { config }: SshOptions): readonly string[] {
  return [
    ...(config === undefined ? [] : ['-F', config]),
    ...['-T', '-x', '-a', '-e', 'none', '-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR'],
    ...['-o', 'ControlMaster=no', '-o', `ControlPath=${socket}`, '-o', 'ProxyCommand=false'],
  ];
}

/** Whether ~/.ssh/config says where a host of this name is. */
export async function knowsName({ name }: SshTarget, { config }: SshOptions): Promise<boolean> {
  const words = [...(config === undefined ? [] : ['-F', config]), '-G', name];
  return new Promise((resolve) => {
    execFile('ssh', words, { env: sshEnvironment(), timeout: connectLimit * 1000 }, (error, stdout) => {
      const address = /^hostname (.*)$/m.exec(stdout)?.[1];
      resolve(error === null && address !== undefined && address !== name);
    });
  });
}
