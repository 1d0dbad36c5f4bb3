import { once } from 'node:events';
import { UserError } from '../../errors/errors.ts';
import type { Fleet } from '../rollout/fleet.ts';
import { sshErrors } from '../ssh/errors.ts';
import { replicateErrors } from './errors.ts';

export interface StreamPlan {
  /** In messages, as "the index". */
  readonly what: string;
  readonly peer: string;
  readonly from: string;
  readonly host: string;
  readonly to: string;
  /** Below `from`. */
  readonly names: readonly string[];
  /** Patterns of tar. */
  readonly exclude?: readonly string[];
  /** A name that is not there any more is left out. */
  readonly mayLack?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Of tar: it went on without some files. */
const lacking = 2;

/**
 * Files of one host to another, through this machine, since hosts need not know each other. Nothing
 * is kept here. Bytes that went through. Whoever gets them verifies them.
 */
export async function stream(fleet: Fleet, plan: StreamPlan): Promise<number> {
  const { what, peer, from, host, to, names, exclude = [], mayLack = false, signal } = plan;
  const [source, target] = await Promise.all([fleet.host(peer), fleet.host(host)]);
  signal?.throwIfAborted();
  const skipped = exclude.map((pattern) => `--exclude=${pattern}`);
  const packs = source.open([...source.asRoot, 'tar', '-C', from, ...skipped, '-cf', '-', '--', ...names]);
  const unpacks = target.open([...target.asRoot, 'tar', '-C', to, '--no-same-owner', '-xpf', '-']);
  let bytes = 0;
  let said = '';
  packs.stdout!.on('data', (piece: Buffer) => {
    bytes += piece.length;
  });
  for (const child of [packs, unpacks])
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-4_000);
    });
  unpacks.stdout!.resume();
  packs.stdin!.end();
  const stop = (): void => {
    packs.kill();
    unpacks.kill();
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    // Who unpacks ends with the last file; what fills up the archive after it is for nobody.
    unpacks.stdin!.on('error', () => undefined);
    packs.stdout!.pipe(unpacks.stdin!);
    const unpacking = once(unpacks, 'close').then(([status]) => {
      packs.stdout!.unpipe().resume();
      if (status !== 0) packs.kill();
      return status as number | null;
    });
    const [[packed], unpacked] = await Promise.all([once(packs, 'close'), unpacking]);
    signal?.throwIfAborted();
    if (unpacked === 0 && (packed === 0 || (mayLack && packed === lacking))) return bytes;
    if (/No space left on device|Disk quota exceeded/.test(said))
      throw new UserError(sshErrors.diskFull, { host, path: to });
    // The last lines of tar say only that it ends.
    const why = said.trim().split('\n')[0] || `status ${packed} and ${unpacked}`;
    throw new UserError(replicateErrors.streamFailed, { what, peer, host, said: why });
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}
