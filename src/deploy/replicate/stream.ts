import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../errors/errors.ts';
import type { Fleet } from '../rollout/fleet.ts';
import { sshErrors } from '../ssh/errors.ts';
import { lastLine } from '../ssh/explain.ts';
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
  try {
    const ends = [packs, unpacks].map((child) => once(child, 'close'));
    const piped = pipeline(packs.stdout!, unpacks.stdin!, { signal }).catch((error: Error) => error);
    const statuses = (await Promise.all(ends)).map(([status]) => status as number | null);
    const broken = await piped;
    signal?.throwIfAborted();
    const [packed, unpacked] = statuses;
    const isWhole = packed === 0 || (mayLack && packed === lacking);
    if (isWhole && unpacked === 0 && !(broken instanceof Error)) return bytes;
    if (/No space left on device|Disk quota exceeded/.test(said))
      throw new UserError(sshErrors.diskFull, { host, path: to });
    const why = lastLine(said) || (broken instanceof Error ? broken.message : `status ${statuses.join(' and ')}`);
    throw new UserError(replicateErrors.streamFailed, { what, peer, host, said: why });
  } finally {
    packs.kill();
    unpacks.kill();
  }
}
