import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyPackaging } from './payload.ts';
import type { PackagePlan } from './plan.ts';

/** Makes the folder that an image is built in, by docker, podman or buildah. */
export async function makeContainer(plan: PackagePlan): Promise<string> {
  const { release, tree, work, out } = plan;
  const made = join(work, 'container');
  copyPackaging(plan, 'container', made);
  renameSync(tree, join(made, 'release'));
  const folder = join(out, `reperio-${release.version}-container`);
  rmSync(folder, { recursive: true, force: true });
  renameSync(made, folder);
  return `${folder}: docker build --build-arg VERSION=${release.version} --tag reperio:${release.version} ${folder}, or docker compose up --detach in it.`;
}
