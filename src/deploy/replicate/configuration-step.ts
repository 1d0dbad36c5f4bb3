import { renderHost } from '../../cluster/render/render.ts';
import type { Secrets } from '../../cluster/topology/secrets.ts';
import type { Fleet } from '../rollout/fleet.ts';
import { digestsOn, sha256 } from './digests.ts';
import type { Prepared } from './prepare.ts';
import { markScript, ownMark, writeScript } from './scripts.ts';

const sysctlFile = '/etc/sysctl.d/60-reperio.conf';

/** Services that run go on with what it said before. */
function isReadByServices(path: string): boolean {
  return /^\/etc\/(?:reperio|systemd)\//.test(path);
}

/**
 * All rendered files of the host; those that are as they should be are left alone. The paths that
 * changed.
 */
export async function writeConfiguration(
  fleet: Fleet,
  { host, found }: Prepared,
  secrets: Secrets,
): Promise<readonly string[]> {
  const files = renderHost(fleet.topology, host, secrets);
  const there = await fleet.host(host.name);
  const digests = await digestsOn(
    fleet,
    host.name,
    files.map(({ path }) => path),
  );
  const changed = files.filter(({ path, text }) => digests.get(path) !== sha256(text));
  if (found.active.length > 0 && changed.some(({ path }) => isReadByServices(path)))
    await fleet.script(host.name, markScript, [ownMark]);
  for (const { path, text, mode } of changed)
    await there.must([...there.asRoot, 'sh', '-euc', writeScript, 'reperio', path, mode.toString(8)], {
      ...{ input: text, what: `writing ${path}` },
    });
  // A kernel without one of them, as in a container, is as it was.
  if (changed.some(({ path }) => path === sysctlFile))
    await there.run([...there.asRoot, 'sysctl', '-q', '-p', sysctlFile]);
  return changed.map(({ path }) => path);
}
