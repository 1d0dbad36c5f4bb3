import { createHash } from 'node:crypto';
import type { Fleet } from '../rollout/fleet.ts';

/** SHA-256 of files of a host that are there, by path; as root, since some only root can read. */
export async function digestsOn(
  fleet: Fleet,
  name: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const host = await fleet.host(name);
  // Of those that are not there it complains, and goes on.
  const { stdout } = await host.run([...host.asRoot, 'sha256sum', '--', ...paths], { what: 'comparing files' });
  return new Map(stdout.split('\n').map((line) => [line.slice(66), line.slice(0, 64)]));
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
