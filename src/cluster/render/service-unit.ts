import { lines, type RenderedFile } from './rendered-file.ts';
import { socketUnit, statusSocketUnit, type UnitPlan, unitFolder } from './unit-plan.ts';

/** What differs between our services. */
interface Service {
  readonly name: string;
  readonly title: string;
  /** What stands after bin/reperio. */
  readonly command: string;
  /** Lines of its own, with why. */
  readonly own: string;
  /** Does it take connections of readers? */
  readonly listens: boolean;
  /** simple: it tells systemd nothing. */
  readonly type?: 'simple';
  /** To telephones. */
  readonly sendsTexts?: true;
}

const web: Service = {
  name: 'reperio-web',
  title: 'web node',
  command: 'serve',
  listens: true,
  sendsTexts: true,
  own: `# Reads the program and the settings again. No connection is refused or cut. The process that accepts connections keeps its release: a restart renews it as well.
ExecReload=/bin/kill -HUP $MAINPID
# Only the main process gets the signal; it stops its workers. It answers 404 at /health/ready until the balancers have seen it (5 s at most), then running
# requests have 35 s to end, and it kills what is left.
KillSignal=SIGTERM
TimeoutStopSec=50
# If the main process itself is killed, its workers answer what they have and end, while the next one starts and looks after those that do not.
KillMode=process
# Longer than \`worker-silence\` (30 s), after which a hanging worker is replaced. The watchdog is for a main process that hangs, or that cannot start a worker.
WatchdogSec=90
# Two files for each request that waits for a slow database, and the files of the index.
LimitNOFILE=65536
# When memory runs out, the kernel prefers to kill other processes of this machine; a worker that it kills is replaced, and the others go on.
OOMScoreAdjust=-100
OOMPolicy=continue`,
};

const follower: Service = {
  name: 'reperio-follower',
  title: 'maintains the index',
  command: 'index follow',
  listens: false,
  own: `# Unfinished work is discarded, and no part of it becomes visible.
TimeoutStopSec=20
# Merges run in a thread of their own, so the process keeps answering systemd. The watchdog is for a process that hangs.
WatchdogSec=180
# Readers and databases on this host have priority.
Nice=10
IOSchedulingClass=best-effort
IOSchedulingPriority=7
OOMScoreAdjust=200`,
};

const tasks: Service = {
  name: 'reperio-tasks',
  title: 'runs periodic tasks',
  command: 'tasks work',
  listens: false,
  own: `# The running task is stopped; another process starts it again.
TimeoutStopSec=20
# No task blocks the process for long. The watchdog is for a process that hangs.
WatchdogSec=60
# Tasks read whole documents; everything else on this host has priority.
Nice=15
IOSchedulingClass=idle
OOMScoreAdjust=300`,
};

const relay: Service = {
  name: 'reperio-relay',
  title: 'text messages of Alertmanager',
  command: 'alert relay',
  listens: false,
  sendsTexts: true,
  type: 'simple',
  own: 'OOMScoreAdjust=-500',
};

export const services = { web, follower, tasks, relay } as const;

export function serviceUnit(plan: UnitPlan, service: Service): RenderedFile {
  return {
    path: `${unitFolder}/${service.name}.service`,
    text: lines(
      plan.madeBy,
      unitSection(plan, service),
      serviceSection(plan, service),
      sandbox(plan, service),
      installSection(plan, service),
    ),
    mode: 0o644,
  };
}

function unitSection({ release }: UnitPlan, { title }: Service): string {
  return `
[Unit]
Description=Reperio, a digital library: ${title}
Documentation=file:${release}/docs/operating.md
Wants=network-online.target
After=network-online.target
# Never stop trying to start: the database may be down for an hour.
StartLimitIntervalSec=0`;
}

const notifies = `# The service reports that it is ready, so \`systemctl restart\` returns only then. It reports by systemd-notify, a child of the main process (NotifyAccess=all).
Type=notify
NotifyAccess=all`;
const databaseSecret = 'DATABASE_URL with its password.';

function serviceSection(plan: UnitPlan, { command, own, listens, type }: Service): string {
  const { user, release, data, settings, secrets } = plan;
  return lines(
    `
[Service]
${type === 'simple' ? 'Type=simple' : notifies}
User=${user}
Group=${user}`,
    listens && [
      '# They stay open while the service restarts. To stop it for good, stop them as well.',
      `Sockets=${socketUnitsOf(plan)}`,
    ],
    `Environment=REPERIO_DATA=${data}`,
    settings !== undefined && `Environment=REPERIO_CONFIG=${settings}`,
    secrets !== undefined && [
      `# ${secrets.what ?? databaseSecret} systemd reads the file before it switches to the user ${user}, so only root needs to read it.`,
      `EnvironmentFile=${secrets.optional ? '-' : ''}${secrets.path}`,
    ],
    `# The path of the link: each start runs the release that the link points to at that time.
ExecStart=${release}/bin/reperio ${command}
# On an empty disk, the whole index is fetched before the service is ready.
TimeoutStartSec=15min
Restart=always
RestartSec=1
# No core files: the heap may be a gigabyte, and the log says what happened.
LimitCORE=0
${own}`,
  ).trimEnd();
}

function sandbox({ data, files, backup, spool, embedded }: UnitPlan, { sendsTexts }: Service): string {
  const isState = /^\/var\/lib\/[^/]+$/.test(data);
  return lines(
    `
# The service has only the rights that it needs, in case it is attacked.
NoNewPrivileges=yes
ProtectSystem=strict
# It may write its data folder, the documents and backups; a missing folder is ignored (-).`,
    isState
      ? [`StateDirectory=${data.slice('/var/lib/'.length)}`, 'StateDirectoryMode=0700']
      : `ReadWritePaths=${data}`,
    files !== undefined && `ReadWritePaths=-${files}`,
    backup !== undefined && `ReadWritePaths=-${backup}`,
    sendsTexts === true &&
      spool !== undefined && ['# The spool of smstools, where there is one.', `ReadWritePaths=-${spool}`],
    `ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes`,
    embedded
      ? [
          '# The database server of a command of this user, which may outlive the service, keeps its shared memory.',
          'RemoveIPC=no',
        ]
      : 'RemoveIPC=yes',
    `KeyringMode=private
UMask=0077
# Network: databases, mail and sign-in. Unix sockets: journal and systemd. Netlink: to list network interfaces.
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
# Node.js compiles JavaScript to machine code while it runs: with yes it would not start.
MemoryDenyWriteExecute=no`,
  ).trimEnd();
}

function installSection(plan: UnitPlan, { listens }: Service): string {
  return lines(
    `
[Install]
WantedBy=multi-user.target`,
    listens && `Also=${socketUnitsOf(plan)}`,
  ).trimEnd();
}

function socketUnitsOf({ statusPort }: UnitPlan): string {
  return [socketUnit, ...(statusPort > 0 ? [statusSocketUnit] : [])].join(' ');
}
