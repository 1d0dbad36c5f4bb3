import type { HostFile } from '../config/plan.ts';
import type { Host } from '../hosts/host.ts';

export function install(host: Host, files: readonly HostFile[]): void {
  for (const { path, text, mode } of files) host.write(path, text, mode);
}
