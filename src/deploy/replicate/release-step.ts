import { UserError } from '../../errors/errors.ts';
import { rolloutErrors } from '../rollout/errors.ts';
import type { Fleet } from '../rollout/fleet.ts';
import { beforeCopyScript, dropCopyScript, switchScript, verifyScript } from '../rollout/scripts.ts';
import { sshErrors } from '../ssh/errors.ts';
import { megabytes } from './doctor.ts';
import { replicateErrors } from './errors.ts';
import type { Prepared } from './prepare.ts';
import { markScript, ownMark } from './scripts.ts';
import { stream } from './stream.ts';

/** Seconds. */
const copyLimit = 3_600;
const verifyLimit = 300;

/**
 * The release on the host, verified there file by file, and the link to it. From here by rsync, or
 * from the peer through this machine. What it did.
 */
export async function bringRelease(fleet: Fleet, prepared: Prepared, signal: AbortSignal): Promise<string> {
  const { host, peer, release, manifest, source, releaseBytes, found } = prepared;
  const { folder } = fleet;
  const { version } = release;
  const part = `${folder}/releases/.${version}.part`;
  const needed = Math.ceil((releaseBytes * 1.1) / 1024);
  const script = (text: string, words: readonly string[], limit = 60): Promise<string> =>
    fleet.script(host.name, text, words, limit, `bringing release ${version}`);
  await script('mkdir -p -- "$1/releases"', [folder]);
  const answer = (await script(beforeCopyScript, [folder, version, manifest, String(needed)])).trim();
  let said = `${version} was there`;
  if (answer === 'in force') throw new UserError(rolloutErrors.otherBuild, { host: host.name, to: version });
  if (answer !== 'there') {
    if (answer.startsWith('free ')) {
      await script(dropCopyScript, [folder, version]);
      throw new UserError(sshErrors.diskFull, { host: host.name, path: part });
    }
    try {
      if (source !== undefined) {
        const there = await fleet.host(host.name);
        const sent = await there.copy({ from: source.folder, to: part, limit: copyLimit, sealed: true });
        said = `${version}, ${megabytes(sent)} from here`;
      } else {
        const from = peer!.found.facts.current;
        const exclude = ['./node_modules/.reperio/compile-cache'];
        const plan = { what: 'the release', peer: peer!.host.name, from, host: host.name, to: part, names: ['.'] };
        said = `${version}, ${megabytes(await stream(fleet, { ...plan, exclude, signal }))} from ${peer!.host.name}`;
      }
    } catch (error) {
      if (error instanceof UserError && error.code === sshErrors.diskFull.code)
        await script(dropCopyScript, [folder, version]).catch(() => undefined);
      throw error;
    }
  }
  const differing = await script(verifyScript, [folder, version, manifest], verifyLimit);
  const files = [...differing.matchAll(/^(.*): FAILED/gm)].map(([, file = '']) => file);
  if (files.length > 0) {
    const shown = files.length > 3 ? `${files.slice(0, 3).join(', ')} and ${files.length - 3} more` : files.join(', ');
    throw new UserError(replicateErrors.filesDiffer, { host: host.name, version, files: shown });
  }
  if (found.active.length > 0 && found.facts.version !== version) await script(markScript, [ownMark]);
  await script(switchScript, [folder, `releases/${version}`, found.facts.current]);
  return said;
}
