import type { HostFile } from '../config/plan.ts';
import type { Host } from '../hosts/host.ts';

export function install(host: Host, files: readonly HostFile[]): void {
  for (const { path, text, mode } of files) host.write(path, text, mode);
}

/** What these files say of the network; the rest of the kernel is that of all hosts. */
export async function setKernel(host: Host, files: readonly HostFile[]): Promise<void> {
  const settings = files.flatMap(({ text }) => [...text.matchAll(/^(net\.\S+) = (.*)$/gm)]);
  if (settings.length > 0) await host.exec(['sysctl', '-q', ...settings.map(([, name, value]) => `${name}=${value}`)]);
}
