import type { Deployment, StepRecord } from '../deploy/rollout/deployment.ts';
import type { HostFacts } from '../deploy/rollout/facts.ts';
import type { LoggedDeployment } from '../deploy/rollout/library.ts';
import type { Planned, RenderedChange } from '../deploy/rollout/plan.ts';
import { grouped } from '../errors/grouped.ts';
import { duration } from './progress.ts';

const seconds = (value: number): string => `${value.toFixed(1)} s`;

/** A plan, as it is read before it is done. */
export function planLines(planned: Planned): readonly string[] {
  const { from, to, obstacles, notes, hosts, verify, last, schema, steps } = planned;
  const drains = steps.some(({ kind }) => kind === 'drain');
  const isOffline = schema?.some(({ offline }) => offline) === true;
  return [
    [`${from} -> ${to}`, ...changeParts(planned)].join(', '),
    ...schemaLines(planned),
    ...indexLines(planned),
    ...settingsLines(planned),
    [
      `order    ${hosts.join(', ')}`,
      drains ? 'web nodes are drained one after the other' : 'connections wait while a node restarts',
      `each is watched for ${verify} s`,
      ...(last === undefined ? [] : [`last time ${took(last)}`]),
    ].join('; '),
    ...notes.map((note) => `note     ${note}`),
    ...(obstacles.length > 0
      ? [
          `${obstacles.length === 1 ? 'This stands' : `These ${obstacles.length} stand`} in the way:`,
          ...obstacles.map((each) => `  ${each}`),
        ]
      : [
          `${isOffline ? 'A migration is offline.' : 'Rollback stays possible until an offline migration; none is in it.'} Go on: reperio deploy run ${to}`,
        ]),
  ];
}

function changeParts({ commits, files }: Planned): readonly string[] {
  const packages = files?.packages.map(({ name, from, to }) => `${name} ${from} -> ${to}`) ?? [];
  return [
    ...(commits === undefined ? [] : [`${grouped(commits)} commits`]),
    ...(files === undefined
      ? []
      : [
          `${grouped(files.changed)} files (${(files.bytes / 1e6).toFixed(1)} MB)`,
          ...(files.gone === 0 ? [] : [`${grouped(files.gone)} gone`]),
        ]),
    ...(packages.length === 0 ? [] : [`node_modules: ${packages.join(', ')}`]),
  ];
}

function schemaLines({ schema }: Planned): readonly string[] {
  if (schema === undefined) return ['schema   unknown'];
  if (schema.length === 0) return ['schema   as it is'];
  const told = schema.map(({ file, offline, wait }) =>
    [`${file} ${offline ? 'OFFLINE' : 'additive'}`, ...(wait === undefined ? [] : [wait])].join(', '),
  );
  return [`schema   ${told.join('; ')}`];
}

function indexLines({ index }: Planned): readonly string[] {
  return index === undefined ? [] : [`index    rebuilt when all nodes run the release: ${index.from} -> ${index.to}`];
}

function settingsLines({ settings, rendered, silent }: Planned): readonly string[] {
  const parts = [
    ...(settings?.added ?? []).map((name) => `+ ${name}`),
    ...(settings?.removed ?? []).map((name) => `- ${name}`),
  ];
  const named = parts.length === 0 ? 'as they are' : parts.join(', ');
  return [`settings ${settings === undefined ? 'unknown' : named}; rendered: ${renderedText(rendered, silent)}`];
}

function renderedText(rendered: readonly RenderedChange[], silent: readonly string[]): string {
  if (rendered.length === 0 && silent.length === 0) return 'as on the hosts';
  const byFile = new Map<string, string[]>();
  for (const { host, path, change } of rendered) {
    const name = `${path.split('/').at(-1)} ${change}`;
    byFile.set(name, [...(byFile.get(name) ?? []), host]);
  }
  const changes = [...byFile].map(([name, hosts]) => `${name} (${hosts.join(', ')})`);
  return [...changes, ...(silent.length === 0 ? [] : [`unknown on ${silent.join(', ')}`])].join(', ');
}

/** One line for a host, when all that is done there has ended. */
export function hostLine(
  host: string,
  steps: readonly StepRecord[],
  width: number,
  last: LoggedDeployment | undefined,
): string {
  const shown = steps.filter(
    (step) => step.host === host && !step.back && step.kind !== 'prune' && step.state !== 'planned',
  );
  const failed = shown.find(({ state }) => state === 'failed');
  const times = shown.map(({ kind, state, seconds: time = 0 }) =>
    state === 'failed' ? `${kind} NOT` : `${kind} ${seconds(time)}`,
  );
  const total = sumOf(shown);
  const lastOf = last?.steps.filter((step) => step.host === host && !step.back && step.kind !== 'prune') ?? [];
  const before = lastOf.length === 0 ? '' : ` (last time ${seconds(sumOf(lastOf))})`;
  return `${host.padEnd(width)}  ${times.join('  ')}${failed === undefined ? `  ok  ${seconds(total)}${before}` : `: ${failed.said}`}`;
}

/** "web2 3.2 s, web1 3.0 s" */
export function backText(steps: readonly StepRecord[]): string {
  const back = steps.filter((step) => step.back && step.state !== 'planned');
  const hosts = [...new Set(back.map(({ host }) => host))];
  return hosts
    .map((host) => {
      const own = back.filter((step) => step.host === host);
      return own.some(({ state }) => state === 'failed') ? `${host} NOT` : `${host} ${seconds(sumOf(own))}`;
    })
    .join(', ');
}

function sumOf(steps: readonly StepRecord[]): number {
  return steps.reduce((sum, step) => sum + (step.seconds ?? 0), 0);
}

function took({ began, ended }: Pick<LoggedDeployment, 'began' | 'ended'>): string {
  return ended === undefined ? 'not ended' : duration((ended - began) / 1000);
}

/** The log as a table: the newest first. */
export function logRows(log: readonly LoggedDeployment[]): readonly (readonly string[])[] {
  return log.map((each) => [
    ...[String(each.number), timeText(each.began), `${each.from} -> ${each.to}`],
    ...[each.outcome ?? 'unfinished', took(each), each.holder],
  ]);
}

export function timeText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Every step of a deployment, each beside the last time. */
export function deploymentLines(shown: LoggedDeployment, last: LoggedDeployment | undefined): readonly string[] {
  const { number, from, to, holder, began, outcome, problem, steps } = shown;
  const width = Math.max(...steps.map(({ host }) => host.length), 4);
  const before = (step: StepRecord): string => {
    const same = last?.steps.find(
      ({ host, kind, back }) => host === step.host && kind === step.kind && back === step.back,
    );
    return same?.seconds === undefined ? '' : ` (last time ${seconds(same.seconds)})`;
  };
  return [
    `deployment ${number}: ${from} -> ${to}, ${timeText(began)}, by ${holder}: ${outcome ?? 'unfinished'}, ${took(shown)}`,
    ...(problem === undefined ? [] : [problem]),
    ...steps.map((step) => {
      const { host, kind, back, state, said } = step;
      const time = step.seconds === undefined ? state : `${seconds(step.seconds)}${before(step)}`;
      const parts = [state === 'failed' ? `NOT: ${said ?? ''}` : (said ?? '')].filter((part) => part !== '');
      return `  ${host.padEnd(width)}  ${`${kind}${back ? ' back' : ''}`.padEnd(13)} ${[time, ...parts].join('  ')}`;
    }),
  ];
}

/** How all hosts are, and where a deployment stands. */
export function statusLines(
  facts: readonly HostFacts[],
  names: readonly string[],
  deployment: Deployment | undefined,
  problems: readonly string[],
): readonly string[] {
  const width = Math.max(...names.map((name) => name.length));
  const locks = new Map(facts.flatMap(({ lock }) => (lock === undefined ? [] : [[lock.id, lock] as const])));
  return [
    ...names.map((name) => {
      const host = facts.find((each) => each.name === name);
      if (host === undefined) return `${name.padEnd(width)}  does not answer`;
      const others = host.there.filter((version) => version !== host.version);
      const also = others.length === 0 ? '' : `; on its disk: ${others.join(', ')}`;
      return `${name.padEnd(width)}  ${host.version ?? 'no release'}${also}${host.lock === undefined ? '' : '; locked'}`;
    }),
    ...[...locks.values()].map(({ holder, since, reason }) => `Locked by ${holder} since ${since}: ${reason}`),
    ...(deployment === undefined ? [] : standing(deployment)),
    ...problems,
    ...(facts.length > 0
      ? []
      : [
          'No host answers, so nothing is known of releases and locks. Look at the network of this machine first; then type `reperio deploy status` again.',
        ]),
  ];
}

function standing({ from, to, steps }: Deployment): readonly string[] {
  const done = steps.filter(({ state }) => state === 'done').length;
  const now = steps.find(({ state }) => state === 'running' || state === 'failed');
  const at = now === undefined ? '' : `, at ${now.kind} of ${now.host}${now.back ? ' on the way back' : ''}`;
  return [`${from} -> ${to}: ${done} of ${steps.length} steps are done${at}.`];
}
