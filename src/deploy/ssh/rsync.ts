import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { UserError } from '../../errors/errors.ts';
import { sshErrors } from './errors.ts';
import { lastLine, reasonIn, type SshTarget, valuesOf } from './explain.ts';
import { shellText } from './quote.ts';

export interface CopyPlan {
  /** Folder here; what is in it is copied. */
  readonly from: string;
  /** Folder there; what else is in it is deleted. */
  readonly to: string;
  /** Folder there whose equal files are used, by hard links. */
  readonly like?: string | undefined;
  /** Seconds. */
  readonly limit: number;
  /** Patterns of rsync that are left alone on both sides. */
  readonly exclude?: readonly string[];
  /**
   * Files are root's there, and nobody may write them. Else they keep owner, mode and time, as
   * those of a data folder must.
   */
  readonly sealed?: boolean;
}

/** Seconds without a byte. */
const silence = 30;

/**
 * A folder, copied by rsync over the connection that is there. Files are compared by what is in
 * them: equal sizes and times have been taken for equal files. Bytes that were sent.
 */
export async function rsync(
  target: SshTarget,
  ssh: readonly string[],
  remote: string | undefined,
  { from, to, like, limit, exclude = [], sealed = false }: CopyPlan,
): Promise<number> {
  const words = [
    ...(sealed ? ['-rlp', '--chown=root:root', '--chmod=Du=rwx,Dgo=rx,Fa+rX,Fa-w'] : ['-aH', '--numeric-ids']),
    ...['--checksum', '--delete', '--secluded-args', '--stats', '--no-human-readable'],
    // Written to us all the time, so that it ends when nobody listens any more.
    ...['--info=progress2', '--outbuf=L', `--timeout=${silence}`],
    ...(like === undefined ? [] : [`--link-dest=${like}`]),
    ...exclude.map((pattern) => `--exclude=${pattern}`),
    ...(remote === undefined ? [] : [`--rsync-path=${remote}`]),
    ...['-e', shellText(ssh), '--', `${from.replace(/\/*$/, '')}/`, `${target.name}:${to}/`],
  ];
  const child = spawn('rsync', words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, LC_ALL: 'C' },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout = `${stdout}${text}`.slice(-8_000);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = `${stderr}${text}`.slice(-8_000);
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGTERM');
  }, limit * 1000);
  try {
    const closed = await once(child, 'close');
    const status = closed[0] as number | null;
    if (status === 0) return Number(/Total bytes sent: (\d+)/.exec(stdout)?.[1] ?? 0);
    throw explainCopy(target, { to, limit, late, status, stderr });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new UserError(sshErrors.programMissing, { program: 'rsync', package: 'rsync' }, error);
  } finally {
    clearTimeout(timer);
  }
}

/** Statuses of rsync that tell of the connection: protocol, socket, time-out, and ssh's own. */
const ofConnection = new Set([10, 12, 30, 35, 255]);

function explainCopy(
  target: SshTarget,
  {
    to,
    limit,
    late,
    status,
    stderr,
  }: { to: string; limit: number; late: boolean; status: number | null; stderr: string },
): UserError {
  const values = { ...valuesOf(target), path: to, what: `${to} was copied` };
  if (late) return new UserError(sshErrors.tookTooLong, { ...values, what: `copying ${to}`, seconds: limit });
  if (/No space left on device|Disk quota exceeded/.test(stderr)) return new UserError(sshErrors.diskFull, values);
  const isMissing = /rsync: (?:command )?not found/.test(stderr);
  if (!isMissing && ofConnection.has(status ?? 255))
    return new UserError(sshErrors.lost, { ...values, reason: reasonIn(stderr) });
  const said = stderr.split('\n').find((line) => line.includes('rsync')) ?? lastLine(stderr);
  return new UserError(sshErrors.copyFailed, { ...values, said });
}
