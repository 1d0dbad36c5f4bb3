import type { DeployHost, Deployment, Step, StepKind } from './deployment.ts';

export interface StepOptions {
  /** The release is on this machine and not on the hosts yet. */
  readonly copies: boolean;
  readonly migrates: boolean;
  readonly hasBalancers: boolean;
}

/**
 * All that will be done, in order: the release is on all hosts, and verified there, before anything
 * changes on one of them; then the hosts in turn. This is what is drawn as the plan and what is
 * done, so that both are the same.
 */
export function forwardSteps(
  hosts: readonly DeployHost[],
  { copies, migrates, hasBalancers }: StepOptions,
): readonly Step[] {
  const [first] = hosts;
  if (first === undefined) return [];
  const drains = hasBalancers && isOneOfSeveral(hosts);
  const on = ({ name }: DeployHost, ...kinds: readonly StepKind[]): readonly Step[] =>
    kinds.map((kind) => ({ host: name, kind, back: false }));
  return [
    ...hosts.flatMap((host) => [...(copies ? on(host, 'copy') : []), ...on(host, 'verify')]),
    ...hosts.flatMap((host) => on(host, 'check')),
    ...(migrates ? on(first, 'migrate') : []),
    ...hosts.flatMap((host) => [
      ...(host.isWeb && drains ? on(host, 'drain') : []),
      ...on(host, 'switch', 'restart', 'ready'),
      ...(host.isWeb && drains ? on(host, 'undrain') : []),
      ...(host.isWeb ? on(host, 'verified') : []),
    ]),
    ...hosts.flatMap((host) => on(host, 'prune')),
  ];
}

/**
 * A web node that is the only one is not drained: readers wait at its socket, and not for nobody.
 */
function isOneOfSeveral(hosts: readonly DeployHost[]): boolean {
  return hosts.filter(({ isWeb }) => isWeb).length > 1;
}

/**
 * What takes back what was done or begun: the host that was changed last comes first. Nothing for
 * hosts that nobody has changed.
 */
export function backSteps({
  hosts,
  balancers,
  steps,
}: Pick<Deployment, 'hosts' | 'balancers' | 'steps'>): readonly Step[] {
  const begun = (host: DeployHost, kind: StepKind): boolean =>
    steps.some((step) => step.host === host.name && step.kind === kind && !step.back && step.state !== 'planned');
  return hosts.toReversed().flatMap((host) => {
    const isBalanced = host.isWeb && balancers.length > 0 && isOneOfSeveral(hosts);
    const kinds: readonly StepKind[] = begun(host, 'switch')
      ? [
          ...(isBalanced ? (['drain'] as const) : []),
          'switch',
          'restart',
          'ready',
          ...(isBalanced ? (['undrain'] as const) : []),
        ]
      : begun(host, 'drain')
        ? ['undrain']
        : [];
    return kinds.map((kind) => ({ host: host.name, kind, back: true }));
  });
}
