import { execFileSync } from 'node:child_process';
import { findProgram } from '../../support/packages.ts';

/** root: namespaces by our own right; user: inside a user namespace, where we seem to be root. */
export type Shape = 'root' | 'user';

const namespaces = ['--pid', '--fork', '--kill-child', '--mount-proc', '--mount', '--net', '--propagation', 'private'];

/** Words of `unshare` for the namespaces that contain a cluster. */
export function unshareWords(shape: Shape): readonly string[] {
  return shape === 'root' ? namespaces : ['--user', '--map-root-user', ...namespaces];
}

/**
 * All that hosts need, tried and not guessed: private /proc and /run, network namespaces, a bridge,
 * a pair of interfaces.
 */
const trial = `
  mount -t tmpfs none /run && mkdir /run/netns && ip netns add a && ip -n a link add br0 type bridge &&
  ip -n a link add x type veth peer name y && ip netns exec a sysctl -q net.ipv4.ip_nonlocal_bind=1`;

function tryShape(shape: Shape): string | undefined {
  try {
    const options = { timeout: 10_000, stdio: 'pipe' as const };
    execFileSync('unshare', [...unshareWords(shape), 'sh', '-ec', trial], options);
    return undefined;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: Buffer };
    return (stderr?.toString() || message).trim().split('\n').at(-1);
  }
}

let probed: { readonly shape: Shape } | { readonly problem: string } | undefined;

/** How hosts can be made on this machine, or why not. */
export function probeHosts(): { readonly shape: Shape } | { readonly problem: string } {
  probed ??= probe();
  return probed;
}

function probe(): { readonly shape: Shape } | { readonly problem: string } {
  const lacking = lackingPrograms(['ip', 'unshare', 'nsenter', 'sysctl']);
  if (lacking !== undefined) return { problem: lacking };
  const problems: string[] = [];
  for (const shape of process.getuid?.() === 0 ? (['root', 'user'] as const) : (['user'] as const)) {
    const problem = tryShape(shape);
    if (problem === undefined) return { shape };
    problems.push(`${shape}: ${problem}`);
  }
  return { problem: `this machine allows no namespaces (${problems.join('; ')})` };
}

/** A sentence's end when some of the programs are not there. */
export function lackingPrograms(names: readonly string[]): string | undefined {
  const lacking = names.filter((name) => findProgram(name) === undefined);
  return lacking.length === 0 ? undefined : `not installed: ${lacking.join(', ')}`;
}
