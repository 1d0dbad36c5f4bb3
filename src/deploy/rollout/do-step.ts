import { setTimeout as sleep } from 'node:timers/promises';
import { adminSocket } from '../../cluster/render/haproxy.ts';
import { UserError } from '../../errors/errors.ts';
import { libraryObstacles } from '../release/compare.ts';
import { parseRelease } from '../release/read.ts';
import { sshErrors } from '../ssh/errors.ts';
import { awaitDrained, awaitUp, serverOn, serversOn, setServer } from './balancers.ts';
import type { Answer, DeployHost, Deployment, Step, StepKind } from './deployment.ts';
import { rolloutErrors } from './errors.ts';
import type { Fleet } from './fleet.ts';
import { lookOn, runProgram } from './program.ts';
import { awaitReady } from './ready.ts';
import {
  beforeCopyScript,
  dropCopyScript,
  pruneScript,
  restartScript,
  runsScript,
  switchScript,
  untouchedScript,
  verifyScript,
} from './scripts.ts';

/** What steps are done with. */
export interface Doing {
  readonly fleet: Fleet;
  readonly deployment: Deployment;
  /** Folder of the release here, while it must be copied. */
  readonly source: { readonly folder: string; readonly bytes: number } | undefined;
  /** The state was changed: it must be kept before anything is done that relies on it. */
  readonly keep: () => Promise<void>;
}

/** Seconds. */
const copyLimit = 3_600;
const verifyLimit = 300;
const migrateLimit = 3_600;
/** A service lets requests end for half a minute; then it starts. */
const restartLimit = 150;
const watchEvery = 5;
/** Share of a node's answers that may be errors: one of a page that was broken before. */
const tolerated = 0.02;

/**
 * Does a step, whatever was done of it before: done twice it is as done once. What is worth telling
 * of it. Throws a UserError that says why it cannot be done.
 */
export async function doStep(doing: Doing, step: Step): Promise<string | undefined> {
  const host = doing.deployment.hosts.find(({ name }) => name === step.host)!;
  return actions[step.kind](doing, host, step.back);
}

type Action = (doing: Doing, host: DeployHost, back: boolean) => Promise<string | undefined>;

const actions: Readonly<Record<StepKind, Action>> = {
  copy,
  verify,
  check,
  migrate: async (doing, { name }) => {
    const text = await runProgram(doing.fleet, name, newFolder(doing), ['db', 'migrate'], migrateLimit);
    return text.trim().split('\n').join(', ');
  },
  drain,
  switch: async (doing, host, back) => {
    const { fleet, deployment } = doing;
    const { name, before } = host;
    if (!back) await verifyAgain(doing, host);
    const folder = `${fleet.folder}/`;
    const old = before.startsWith(folder) ? before.slice(folder.length) : before;
    const to = back ? old : `releases/${deployment.to}`;
    await fleet.script(name, switchScript, [fleet.folder, to], 30, 'switching the link');
    return undefined;
  },
  restart: async ({ fleet }, { name, units }) => {
    await fleet.script(name, restartScript, units, restartLimit, `restarting ${units.join(', ')}`);
    return undefined;
  },
  ready,
  undrain,
  verified,
  index: async (doing, { name }) => {
    await runProgram(doing.fleet, name, newFolder(doing), ['index', 'downgrade'], migrateLimit);
    return 'made anew for the release before';
  },
  prune: async ({ fleet, deployment }, { name, before }) => {
    const words = [fleet.folder, String(deployment.keep), before];
    const gone = (await fleet.script(name, pruneScript, words, 120, 'deleting old releases')).trim();
    return gone === '' ? undefined : `deleted ${gone.split('\n').join(', ')}`;
  },
};

/** Where the release of the deployment is on hosts. */
export function newFolder({ fleet, deployment }: Pick<Doing, 'fleet' | 'deployment'>): string {
  return `${fleet.folder}/releases/${deployment.to}`;
}

/** The newer of the two releases: its program knows the questions that are asked here. */
export function askingFolder(doing: Pick<Doing, 'fleet' | 'deployment'>, { before }: DeployHost): string {
  return doing.deployment.isRollback ? before : newFolder(doing);
}

async function copy({ fleet, deployment, source }: Doing, { name, before }: DeployHost): Promise<string | undefined> {
  const { to, manifest } = deployment;
  if (source === undefined)
    throw new UserError(rolloutErrors.sourceMissing, { to, source: deployment.source ?? 'which nobody named' });
  const needed = Math.ceil((source.bytes * 1.1) / 1024);
  const words = [fleet.folder, to, manifest, String(needed)];
  const answer = (await fleet.script(name, beforeCopyScript, words, 60, 'making room')).trim();
  if (answer === 'there') return 'it was there';
  if (answer === 'in force') throw new UserError(rolloutErrors.otherBuild, { host: name, to });
  if (answer.startsWith('free ')) {
    await fleet.script(name, dropCopyScript, [fleet.folder, to], 60);
    const megabytes = (kilobytes: number): string => Math.ceil(kilobytes / 1000).toLocaleString('en');
    const free = megabytes(Number(answer.slice('free '.length)));
    const values = { host: name, to, needed: megabytes(needed), free, folder: fleet.folder };
    throw new UserError(rolloutErrors.noSpace, values);
  }
  const target = `${fleet.folder}/releases/.${to}.part`;
  const host = await fleet.host(name);
  try {
    const sent = await host.copy({ from: source.folder, to: target, like: before, limit: copyLimit, sealed: true });
    return `${(sent / 1e6).toFixed(1)} MB sent`;
  } catch (error) {
    if (error instanceof UserError && error.code === sshErrors.diskFull.code)
      await fleet.script(name, dropCopyScript, [fleet.folder, to], 60);
    throw error;
  }
}

async function verify({ fleet, deployment }: Doing, { name }: DeployHost): Promise<string | undefined> {
  const { to, manifest } = deployment;
  const words = [fleet.folder, to, manifest];
  const text = await fleet.script(name, verifyScript, words, verifyLimit, 'verifying the files');
  const files = [...text.matchAll(/^(.*): FAILED/gm)].map(([, file = '']) => file);
  if (files.length === 0) return undefined;
  const shown = files.slice(0, 3).join(', ');
  const count = files.length === 1 ? 'a file' : `${files.length} files`;
  const more = files.length > 3 ? `${shown} and ${files.length - 3} more` : shown;
  const are = files.length === 1 ? 'is' : 'are';
  throw new UserError(rolloutErrors.fileDiffers, { host: name, to, count, are, files: more });
}

/** It may have been days ago: what was touched since is read again. */
async function verifyAgain(doing: Doing, host: DeployHost): Promise<void> {
  const { fleet, deployment } = doing;
  const words = [fleet.folder, deployment.to, deployment.manifest];
  const said = await fleet.script(host.name, untouchedScript, words, 60, 'looking at the files');
  if (said.trim() !== 'same') await verify(doing, host);
}

/**
 * With the settings of the host, and with the library as it is now: the plan may be an hour old.
 */
async function check(doing: Doing, host: DeployHost): Promise<string | undefined> {
  const { fleet, deployment } = doing;
  const isFirst = host === deployment.hosts[0];
  const wishes = { node: host.isWeb, library: isFirst };
  const { answers, library } = await lookOn(fleet, host.name, askingFolder(doing, host), wishes);
  if (answers !== undefined && deployment.answers[host.name] === undefined) {
    deployment.answers[host.name] = answers;
    await doing.keep();
  }
  if (library === undefined) return undefined;
  const text = await fleet.script(host.name, 'cat "$1/RELEASE.json"', [newFolder(doing)]);
  const obstacles = libraryObstacles(parseRelease(text, `${newFolder(doing)}/RELEASE.json`), library);
  if (obstacles.length === 0) return undefined;
  throw new UserError(rolloutErrors.obstacles, {
    to: deployment.to,
    obstacles: obstacles.map((each) => `  ${each}`).join('\n'),
  });
}

async function drain(doing: Doing, { name }: DeployHost, back: boolean): Promise<string | undefined> {
  const { fleet, deployment } = doing;
  const { balancers, states } = deployment;
  if (states[name] === undefined) {
    const found = await Promise.all(
      balancers.map(async (balancer) => [balancer, (await serverOn(fleet, balancer, name)).state] as const),
    );
    states[name] = Object.fromEntries(found);
    await doing.keep();
  }
  if (!back && (await isLast(doing, name))) return 'readers have no other node: it was not drained';
  // Somebody took it out of service: it stays as it is.
  const own = balancers.filter((balancer) => states[name]![balancer] === 'ready');
  await Promise.all(own.map((balancer) => setServer(fleet, balancer, name, 'drain')));
  const left = await awaitDrained(fleet, balancers, name);
  return left === 0 ? undefined : `${left} requests were still running`;
}

/**
 * Would readers have nobody? Throws `lastNode`, but on the way to the release before: what is sick
 * may be the others, and readers wait at its socket.
 */
async function isLast({ fleet, deployment }: Doing, name: string): Promise<boolean> {
  for (const balancer of deployment.balancers) {
    const servers = await serversOn(fleet, balancer);
    const others = [...servers].filter(([server]) => server !== name);
    if (servers.get(name)?.isUp !== true || others.some(([, { isUp }]) => isUp)) continue;
    if (deployment.isRollback) return true;
    throw new UserError(rolloutErrors.lastNode, { host: name, balancer, socket: adminSocket });
  }
  return false;
}

async function undrain({ fleet, deployment }: Doing, { name }: DeployHost): Promise<string | undefined> {
  const before = deployment.states[name] ?? {};
  await Promise.all(
    Object.entries(before).map(async ([balancer, state]) => {
      await setServer(fleet, balancer, name, state);
      if (state === 'ready') await awaitUp(fleet, balancer, name);
    }),
  );
  const others = Object.entries(before).filter(([, state]) => state !== 'ready');
  return others.length === 0
    ? undefined
    : `left in ${others.map(([balancer, state]) => `${state} on ${balancer}`).join(', ')}`;
}

async function ready(doing: Doing, host: DeployHost, back: boolean): Promise<string | undefined> {
  const { fleet, deployment } = doing;
  const folder = back ? host.before : newFolder(doing);
  const others = host.units.filter((unit) => unit !== 'reperio-web.service');
  if (others.length > 0) {
    const wrong = (await fleet.script(host.name, runsScript, [folder, ...others])).trim();
    if (wrong !== '')
      throw new UserError(rolloutErrors.notReady, { host: host.name, seconds: 0, said: wrong, unit: others[0]! });
  }
  if (!host.isWeb) return undefined;
  const before: readonly Answer[] = deployment.answers[host.name] ?? [];
  // What it is called there says nothing: on the way back any answer is good.
  return awaitReady(fleet, host.name, {
    asking: askingFolder(doing, host),
    version: back ? undefined : deployment.to,
    before: back ? [] : before,
  });
}

/** Readers meet what no question of ours does. */
async function verified(doing: Doing, host: DeployHost): Promise<string | undefined> {
  const { fleet, deployment } = doing;
  const seconds = deployment.verify;
  const asking = askingFolder(doing, host);
  const ask = async () => (await lookOn(fleet, host.name, asking, { node: true })).node;
  const sick = (problem: string): UserError =>
    new UserError(rolloutErrors.errorsSeen, { host: host.name, problem, seconds });
  if (seconds === 0) return undefined;
  const first = await ask();
  const end = performance.now() + seconds * 1000;
  for (;;) {
    await sleep(Math.max(0, Math.min(watchEvery * 1000, end - performance.now())));
    const now = await ask();
    if (now === undefined || first === undefined) throw sick('does not answer');
    if (now.version !== first.version || now.deaths < first.deaths) throw sick('was restarted');
    if (now.deaths > first.deaths) throw sick(`lost a worker (${now.lastDeath ?? 'nobody knows why'})`);
    const [requests, errors] = [now.requests - first.requests, now.errors - first.errors];
    if (errors > requests * tolerated) throw sick(`answered ${errors} of ${requests} requests with an error`);
    if (performance.now() >= end) return `${requests} requests, ${errors} errors`;
  }
}
