import { backupNotes, backupProblems } from './check-backup.ts';
import type { Finding } from './finding.ts';
import { isForHosts, isInNetwork, networkText } from './network.ts';
import { portProblems } from './ports.ts';
import { etcdMembers, hostsWith, type Topology, usesPatroni } from './topology.ts';
import { versionProblems } from './versions.ts';

/**
 * All of them; a cluster with one of these would not start, or would lose something. Values that
 * could not be read are empty and left alone.
 */
export function topologyProblems(topology: Topology): readonly Finding[] {
  return [
    ...roleProblems(topology),
    ...releaseProblems(topology),
    ...addressProblems(topology),
    ...floatingProblems(topology),
    ...etcdProblems(topology),
    ...certificateProblems(topology),
    ...portProblems(topology),
    ...backupProblems(topology),
  ];
}

/** What works, and what an operator should know of it. */
export function topologyNotes(topology: Topology): readonly Finding[] {
  const notes: Finding[] = [];
  if (hostsWith(topology, 'web').length === 1)
    notes.push({ at: 'hosts', message: 'One web node: while it is down, the library is down.' });
  if (!usesPatroni(topology))
    notes.push({ at: 'hosts', message: 'One database server: while it is down, nothing can be changed.' });
  if (hostsWith(topology, 'database').length === 2)
    notes.push({
      at: 'hosts',
      message:
        'Two databases: while one is down, writes are acknowledged by the other alone; if that one is lost too, so are they.',
    });
  if (hostsWith(topology, 'balancer').length === 1)
    notes.push({ at: 'hosts', message: 'One balancer: while it is down, the library cannot be reached.' });
  for (const [name, { kind }] of Object.entries(topology.secrets))
    if (kind === 'literal')
      notes.push({
        at: `passwords.${name}`,
        message: 'A password is written in the file itself: keep the file out of git.',
      });
  return [...notes, ...backupNotes(topology)];
}

function roleProblems(topology: Topology): readonly Finding[] {
  if (topology.hosts.length === 0) return [{ at: 'hosts', message: 'There are no hosts.' }];
  const problems: Finding[] = [];
  for (const role of ['web', 'database'] as const)
    if (hostsWith(topology, role).length === 0)
      problems.push({ at: 'hosts', message: `No host has the role ${role}.` });
  return problems;
}

/** Deploying, packages and recipes know the link by this name, and its neighbour `releases`. */
function releaseProblems({ release }: Topology): readonly Finding[] {
  if (release === '' || /^\/.+\/current$/.test(release)) return [];
  const message = `release: '${release}' must be a link that is called current, in a folder of its own, such as /srv/reperio/current: releases are in the folder releases beside it.`;
  return [{ at: 'release', message }];
}

function addressProblems({ hosts }: Topology): readonly Finding[] {
  const first = new Map<string, string>();
  return hosts.flatMap(({ name, address }) => {
    if (address === '') return [];
    const before = first.get(address);
    if (before === undefined) first.set(address, name);
    return before === undefined
      ? []
      : [{ at: `hosts.${name}.address`, message: `${name} has the address of ${before}, ${address}.` }];
  });
}

function floatingProblems(topology: Topology): readonly Finding[] {
  const { floatingAddress: floating, network, hosts } = topology;
  const balancers = hostsWith(topology, 'balancer');
  const problems: Finding[] = [];
  const known = network.prefix > 0;
  for (const { name, address } of balancers)
    if (known && address !== '' && !isInNetwork(address, network))
      problems.push({
        at: `hosts.${name}.address`,
        message: `The balancer ${name} is not in the network ${networkText(network)}.`,
      });
  if (floating === undefined) {
    if (balancers.length > 1)
      problems.push({
        at: 'hosts',
        message: `${balancers.length} balancers need a floating-ip: one has it, the others wait.`,
      });
    return problems;
  }
  const at = 'floating-ip';
  if (balancers.length < 2)
    problems.push({
      at,
      message: 'A floating address needs two balancers: keepalived moves it from one to the other.',
    });
  if (floating === '') return problems;
  const owner = hosts.find(({ address }) => address === floating);
  if (owner !== undefined)
    problems.push({
      at,
      message: `${floating} is the address of the host ${owner.name}; choose an address that no host has.`,
    });
  if (known && !isInNetwork(floating, network))
    problems.push({ at, message: `${floating} is not in the network ${networkText(network)}.` });
  else if (known && !isForHosts(floating, network))
    problems.push({
      at,
      message: `${floating} is the first or last address of ${networkText(network)}, which no host can have.`,
    });
  return problems;
}

function etcdProblems(topology: Topology): readonly Finding[] {
  const members = etcdMembers(topology);
  if (!usesPatroni(topology)) {
    const named = hostsWith(topology, 'etcd');
    return named.length === 0
      ? []
      : [
          {
            at: `hosts.${named[0]?.name}.roles`,
            message: 'etcd chooses the primary among several databases, and there is only one.',
          },
        ];
  }
  const names = members.map(({ name }) => name).join(', ');
  const problems: Finding[] = versionProblems(topology.versions, topology.etcdApi).map(({ at, message }) => ({
    at: at === 'api' ? 'etcd-api' : `versions.${at}`,
    message,
  }));
  if (members.length === 1)
    problems.push({
      at: 'hosts',
      message: `etcd has one member (${names}): when it is down, no database can be the primary. Give three hosts the role etcd.`,
    });
  else if (members.length % 2 === 0)
    problems.push({
      at: 'hosts',
      message: `etcd has ${members.length} members (${names}): an even number survives no more losses than one fewer. Give an odd number of hosts the role etcd; a web host will do.`,
    });
  return problems;
}

function certificateProblems({ baseUrl, certificate }: Topology): readonly Finding[] {
  const isHttps = baseUrl.startsWith('https:');
  if (baseUrl === '' || isHttps === (certificate !== undefined)) return [];
  return isHttps
    ? [
        {
          at: 'base-url',
          message:
            'base-url is https, and there is no certificate: name the PEM file of the balancers (certificate: /etc/haproxy/library.pem).',
        },
      ]
    : [{ at: 'certificate', message: `There is a certificate, and base-url is ${baseUrl}: write https.` }];
}
