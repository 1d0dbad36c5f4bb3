import { type Host, hostsWith, type Topology } from '../../cluster/topology/topology.ts';
import { newIndex, pendingMigrations, settingsChange, waitText } from '../release/compare.ts';
import { hostsInOrder } from '../rollout/survey.ts';
import { afterCommands, copyCommands, migrateCommand, offlineCommands, switchCommands } from './by-hand.ts';
import { type Block, commands, heading, list, text } from './document.ts';
import type { RenderedDifference } from './rendered.ts';
import type { Side } from './side.ts';
import type { SiteRepository } from './site-repository.ts';

export interface RecipeFacts {
  readonly from: Side;
  readonly to: Side;
  readonly topology: Topology;
  /** Undefined: no clone here knows both. */
  readonly commits: readonly string[] | undefined;
  /** Rows of the large tables; undefined: the library was not asked. */
  readonly rows: Readonly<Record<string, number>> | undefined;
  /** Undefined: one of the releases cannot render the cluster file. */
  readonly rendered: readonly RenderedDifference[] | undefined;
  readonly site: SiteRepository | undefined;
}

/** Everything that somebody must know and type to deploy a release by hand, for review. */
export function recipe(facts: RecipeFacts): readonly Block[] {
  const { from, to, topology } = facts;
  const hosts = hostsInOrder(topology);
  const pending = pendingMigrations(to, from.migrations.length);
  const isOffline = pending.some(({ offline }) => offline);
  return [
    heading(1, `Reperio ${from.version} -> ${to.version} on ${topology.name}`),
    text(
      `From commit ${from.commit.slice(0, 12)} to ${to.commit.slice(0, 12)}, for ${new URL(topology.baseUrl).host}. Nothing of this text has been done; \`reperio deploy run\` does the same by itself${isOffline ? ' but for the offline migration' : ''}.`,
    ),
    ...(from.version === to.version
      ? [
          text(
            `Both are called ${to.version}, and hosts keep releases by their versions: this cannot be done. Raise \`version\` in package.json, commit, and make the release again.`,
          ),
        ]
      : []),
    ...commitBlocks(facts),
    ...targetBlocks(topology, hosts),
    ...databaseBlocks(facts, pending),
    ...settingsBlocks(facts),
    ...indexBlocks(facts),
    ...commandBlocks(facts, hosts, isOffline),
    ...rollbackBlocks(facts, hosts, isOffline),
    ...siteBlocks(facts),
    ...logbook(hosts),
  ];
}

function commitBlocks({ commits }: RecipeFacts): readonly Block[] {
  const shown = commits ?? [];
  return [
    heading(2, commits === undefined ? 'Commits' : `Commits (${shown.length})`),
    ...(commits === undefined
      ? [text('No clone in this folder knows both commits. Run the command in one to have them listed.')]
      : shown.length === 0
        ? [text('None.')]
        : [list(shown)]),
  ];
}

function targetBlocks(topology: Topology, hosts: readonly Host[]): readonly Block[] {
  const balancers = hostsWith(topology, 'balancer');
  return [
    heading(2, 'Hosts'),
    text('In this order: what worker hosts make, older web nodes can read.'),
    list(hosts.map(({ name, address, roles }) => `${name} (${address}): ${roles.join(', ')}`)),
    ...(balancers.length === 0
      ? []
      : [text(`Web nodes are drained on ${balancers.map(({ name, address }) => `${name} (${address})`).join(', ')}.`)]),
  ];
}

function databaseBlocks(
  { rows, from, to }: RecipeFacts,
  pending: ReturnType<typeof pendingMigrations>,
): readonly Block[] {
  const items = pending.map((migration) => {
    const kind = migration.offline ? 'OFFLINE: no node may run meanwhile' : 'additive: nodes of both releases may run';
    return `\`${migration.file}\`, ${kind}; ${waitText(migration, rows) ?? 'nothing waits for long'}`;
  });
  const size =
    rows === undefined
      ? 'The library was not asked for its size (DATABASE_URL, or --records).'
      : `This library has about ${Math.round(rows['record'] ?? 0).toLocaleString('en')} records.`;
  return [
    heading(2, 'Database'),
    ...(items.length === 0
      ? [text(`The schema stays as it is, at migration ${from.migrations.length} of ${to.migrations.length}.`)]
      : [text(size), list(items)]),
  ];
}

function settingsBlocks({ from, to, rendered }: RecipeFacts): readonly Block[] {
  const { added, removed } = settingsChange(from, to);
  const changes = [
    ...added.map((name) => `new: \`${name}\``),
    ...removed.map((name) => `gone: \`${name}\`; take it out of reperio.yaml before`),
  ];
  const files = (rendered ?? []).map(({ host, path, change }) => `${host}: \`${path}\` ${change}`);
  return [
    heading(2, 'Settings and rendered files'),
    ...(changes.length === 0 ? [text('The settings are the same.')] : [list(changes)]),
    ...(rendered === undefined
      ? [text('One of the two cannot render cluster.yaml, so the files could not be compared.')]
      : files.length === 0
        ? [text('`reperio cluster render` makes the same files.')]
        : [
            text(
              '`reperio cluster render` makes other files. Render with the new release, read the difference, and copy them before:',
            ),
            list(files),
          ]),
  ];
}

function indexBlocks({ from, to }: RecipeFacts): readonly Block[] {
  const made = newIndex(to, from.index.at(-1));
  return [
    heading(2, 'Index'),
    text(
      made === undefined
        ? 'It stays as it is.'
        : `It is rebuilt when all nodes run the release (${made.from} -> ${made.to}); searches use the one that is there until then. Before a rollback after that: \`reperio index downgrade\`.`,
    ),
  ];
}

function commandBlocks(
  { topology, from, to }: RecipeFacts,
  hosts: readonly Host[],
  isOffline: boolean,
): readonly Block[] {
  const source = to.toPrepare === undefined ? [] : [text(to.toPrepare)];
  const unlessOffline = isOffline
    ? [
        heading(3, 'All hosts: the offline migration'),
        text(
          'Tell readers with `reperio site level closed --message "..."` before. No reader is answered until the last command has ended.',
        ),
        commands(offlineCommands(topology, hosts, to)),
        text('When the site is as it should be: `reperio site level open`.'),
      ]
    : [
        heading(3, `${hosts[0]!.name}: the schema`),
        commands([migrateCommand(topology, hosts[0]!, to)]),
        ...hosts.flatMap((host) => [
          heading(3, `${host.name}: the release`),
          commands(switchCommands(topology, host, to.version)),
          text(watchText(host)),
        ]),
      ];
  return [
    heading(2, 'Commands'),
    text(
      `Before them, keep others from deploying: \`reperio deploy lock --reason "${to.version} by hand"\`; after them \`reperio deploy unlock\`.`,
    ),
    ...source,
    heading(3, 'All hosts: the copy'),
    text('Nothing is used yet. A line of `sha256sum` is a file that is damaged: stop there.'),
    commands(hosts.flatMap((host) => copyCommands(topology, host, to))),
    ...unlessOffline,
    heading(3, 'All hosts: afterwards'),
    text('When all is well. `reperio deploy rollback` leads back to the release that this link names.'),
    commands(afterCommands(topology, hosts, from)),
  ];
}

function watchText(host: Host): string {
  return host.roles.includes('web')
    ? 'Look at `reperio status` for half a minute: no error, no worker that died. Else go back at once, as below.'
    : 'Look at `journalctl` of these units for a moment.';
}

function rollbackBlocks({ topology, from }: RecipeFacts, hosts: readonly Host[], isOffline: boolean): readonly Block[] {
  return [
    heading(2, 'Rollback'),
    ...(isOffline
      ? [
          text(
            'After the offline migration there is no way back but a restored backup (`reperio restore`). Make one before.',
          ),
        ]
      : [
          text(
            'The host that was changed last comes first; hosts that were not changed need nothing. Migrations stay: the release before works with them.',
          ),
          commands(hosts.toReversed().flatMap((host) => switchCommands(topology, host, from.version))),
        ]),
  ];
}

function siteBlocks({ site }: RecipeFacts): readonly Block[] {
  if (site === undefined) return [];
  const { folder, head, commits, changes, file } = site;
  return [
    heading(2, 'Twin: the repository of the site file'),
    text(
      `${folder} is at ${head}${changes.length === 0 ? '' : `, with changes that are not committed: ${changes.join(', ')}`}.`,
    ),
    ...(commits.length === 0 ? [] : [list(commits)]),
    commands([
      `reperio site check ${shell(file)}`,
      `reperio site apply ${shell(file)}`,
      `git -C ${shell(folder)} tag -f deployed`,
    ]),
  ];
}

const shell = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

function logbook(hosts: readonly Host[]): readonly Block[] {
  const empty = ['      ', '      ', '      ', '      ', '      ', '            '];
  return [
    heading(2, 'Logbook'),
    text('Date:             By:             Announced:             Backup of:             '),
    {
      kind: 'table',
      rows: [
        ['host', 'copied', 'verified', 'restarted', 'ready', 'errors', 'what was seen'],
        ...hosts.map(({ name }) => [name, ...empty]),
      ],
    },
    text('Ended:             Rolled back: yes / no             '),
  ];
}
