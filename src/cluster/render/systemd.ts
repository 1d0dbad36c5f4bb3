import { type Host, hasTelephones, type Topology } from '../topology/topology.ts';
import { lines, madeFor, type RenderedFile } from './rendered-file.ts';
import { secretsFile, settingsFile } from './settings.ts';

const folder = '/etc/systemd/system';
const lowestFree = 1024;

/** What differs between our units. */
interface Service {
  readonly name: string;
  readonly title: string;
  /** What stands after bin/reperio. */
  readonly command: string;
  /** Lines of its own, with why. */
  readonly own: string;
  /** Does it listen on a port that readers come to? */
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
  own: `# Reads the program and the settings again. No connection is refused or cut.
ExecReload=/bin/kill -HUP $MAINPID
# Only the main process gets the signal; it stops its workers. It answers 404 at /health/ready until the balancers have seen it (5 s at most), then running
# requests have 35 s to end. After that, all processes are killed.
KillSignal=SIGTERM
KillMode=mixed
TimeoutStopSec=50
# Longer than \`worker-silence\` (30 s), after which a hanging worker is replaced. The watchdog is for a main process that hangs, or that cannot start a worker.
WatchdogSec=90
# Two files for each request that waits for a slow database, and the files of the index.
LimitNOFILE=65536
# When memory runs out, the kernel prefers to kill other processes of this machine.
OOMScoreAdjust=-100`,
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

/** What the gateway of a monitor needs to know, which only its operator does. */
const relayFile = '/etc/reperio/relay.env';

const relay: Service = {
  name: 'reperio-relay',
  title: 'text messages of Alertmanager',
  command: 'alert relay',
  listens: false,
  sendsTexts: true,
  type: 'simple',
  own: 'OOMScoreAdjust=-500',
};

/** The unit of a web node, and those of a host that works in the background. */
export function renderSystemd(topology: Topology, host: Host): readonly RenderedFile[] {
  const services = [
    ...(host.roles.includes('web') ? [web] : []),
    ...(host.roles.includes('worker') ? [follower, tasks] : []),
    ...(host.roles.includes('monitor') && hasTelephones(topology) ? [relayOn(topology)] : []),
  ];
  return services.map((service) => {
    const text = lines(
      madeFor(topology, host),
      unitSection(topology, service),
      serviceSection(topology, service),
      sandbox(topology, service),
      installSection,
    );
    return { path: `${folder}/${service.name}.service`, text, mode: 0o644 };
  });
}

function relayOn({ ports }: Topology): Service {
  return { ...relay, command: `${relay.command} --port ${ports.relay}` };
}

function unitSection({ release }: Topology, { title }: Service): string {
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

function serviceSection({ user, release, data }: Topology, { command, own, type }: Service): string {
  return `
[Service]
${type === 'simple' ? 'Type=simple' : notifies}
User=${user}
Group=${user}
Environment=REPERIO_DATA=${data}
${type === 'simple' ? '' : `Environment=REPERIO_CONFIG=${settingsFile}\n`}${type === 'simple' ? '# Yours: REPERIO_SMS_GATEWAY=..., and REPERIO_SMTP_URL for a gateway by mail.' : '# DATABASE_URL with its password.'} systemd reads the file before it switches to the user ${user}, so only root needs to read it.
EnvironmentFile=${type === 'simple' ? relayFile : secretsFile}
# The path of the link: each start runs the release that the link points to at that time.
ExecStart=${release}/bin/reperio ${command}
# On an empty disk, the whole index is fetched before the service is ready.
TimeoutStartSec=15min
Restart=always
RestartSec=1
# No core files: the heap may be a gigabyte, and the log says what happened.
LimitCORE=0
${own}`;
}

function sandbox(topology: Topology, { listens, sendsTexts }: Service): string {
  const { data, files, ports } = topology;
  const isState = /^\/var\/lib\/[^/]+$/.test(data);
  const binds = listens && ports.web < lowestFree;
  return lines(
    `
# The service has only the rights that it needs, in case it is attacked.
NoNewPrivileges=yes
ProtectSystem=strict
# It may write its data folder and the documents; a missing folder is ignored (-).`,
    isState
      ? [`StateDirectory=${data.slice('/var/lib/'.length)}`, 'StateDirectoryMode=0700']
      : `ReadWritePaths=${data}`,
    `ReadWritePaths=-${files.folder}`,
    sendsTexts === true &&
      hasTelephones(topology) &&
      '# The spool of smstools, where there is one.\nReadWritePaths=-/var/spool/sms',
    `ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes`,
    binds
      ? `# A port below ${lowestFree} needs this capability, which excludes PrivateUsers.
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
AmbientCapabilities=CAP_NET_BIND_SERVICE`
      : `PrivateUsers=yes
CapabilityBoundingSet=
AmbientCapabilities=`,
    `ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
KeyringMode=private
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

const installSection = `
[Install]
WantedBy=multi-user.target`;
