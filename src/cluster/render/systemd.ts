import type { Host, Topology } from '../topology/topology.ts';
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
  /** Does it listen on a port of ours? */
  readonly listens: boolean;
}

const web: Service = {
  name: 'reperio-web',
  title: 'web node',
  command: 'serve',
  listens: true,
  own: `# Code and settings again, without a refused or cut connection.
ExecReload=/bin/kill -HUP $MAINPID
# The main process alone is told to stop, and its workers by it: it answers 404 at /health/ready until the balancers have seen it (5 s at most), then 35 s are
# left for what has come. Only then is anything killed.
KillSignal=SIGTERM
KillMode=mixed
TimeoutStopSec=50
# Longer than \`worker-silence\` (30 s), after which a worker that hangs is replaced: this is for when the main process hangs, or no worker can be made.
WatchdogSec=90
# Two for each request that waits behind a slow database, and the files of the index.
LimitNOFILE=65536
# Under memory pressure readers come before everything else of this machine but the kernel.
OOMScoreAdjust=-100`,
};

const follower: Service = {
  name: 'reperio-follower',
  title: 'looks after the index',
  command: 'index follow',
  listens: false,
  own: `# What it is at is given up, and nothing of it shows.
TimeoutStopSec=20
# Merges run in a thread of their own, so its process answers meanwhile: this is for when it hangs.
WatchdogSec=180
# Readers and databases of this host come first.
Nice=10
IOSchedulingClass=best-effort
IOSchedulingPriority=7
OOMScoreAdjust=200`,
};

const tasks: Service = {
  name: 'reperio-tasks',
  title: 'does periodic tasks',
  command: 'tasks work',
  listens: false,
  own: `# The task it is at is given up, and somebody else begins it again.
TimeoutStopSec=20
# Nothing in it computes for long: this is for when it hangs.
WatchdogSec=60
# It reads whole documents; whatever else this host does comes first.
Nice=15
IOSchedulingClass=idle
OOMScoreAdjust=300`,
};

/** The unit of a web node, and those of a host that works in the background. */
export function renderSystemd(topology: Topology, host: Host): readonly RenderedFile[] {
  const services = [
    ...(host.roles.includes('web') ? [web] : []),
    ...(host.roles.includes('worker') ? [follower, tasks] : []),
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

function unitSection({ release }: Topology, { title }: Service): string {
  return `
[Unit]
Description=Reperio, a digital library: ${title}
Documentation=file:${release}/docs/operating.md
Wants=network-online.target
After=network-online.target
# Never give up: a database that is away for an hour comes back too.
StartLimitIntervalSec=0`;
}

function serviceSection({ user, release, data }: Topology, { command, own }: Service): string {
  return `
[Service]
# The service says itself when it is ready, so that \`systemctl restart\` ends when it is, by systemd-notify: a child of the main process (NotifyAccess=all).
Type=notify
NotifyAccess=all
User=${user}
Group=${user}
Environment=REPERIO_DATA=${data}
Environment=REPERIO_CONFIG=${settingsFile}
# DATABASE_URL with its password; read by systemd before it becomes ${user}, so only root needs to see it.
EnvironmentFile=${secretsFile}
# By the name of the link: a start takes the code of the release that it points to then.
ExecStart=${release}/bin/reperio ${command}
# An empty disk: the whole index is fetched before it is ready.
TimeoutStartSec=15min
Restart=always
RestartSec=1
# A heap of a gigabyte is nothing to keep on every crash; the log says what happened.
LimitCORE=0
${own}`;
}

function sandbox({ data, files, ports }: Topology, { listens }: Service): string {
  const isState = /^\/var\/lib\/[^/]+$/.test(data);
  const binds = listens && ports.web < lowestFree;
  return lines(
    `
# What it cannot do, it cannot be made to do.
NoNewPrivileges=yes
ProtectSystem=strict
# Its index, and documents; a folder that is not there is left out (-).`,
    isState
      ? [`StateDirectory=${data.slice('/var/lib/'.length)}`, 'StateDirectoryMode=0700']
      : `ReadWritePaths=${data}`,
    `ReadWritePaths=-${files.folder}
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes`,
    binds
      ? `# A port below ${lowestFree} needs this one; so users cannot be private.
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
# Databases, mail and sign-in over the network; journal and systemd by sockets; netlink to list interfaces.
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
# Node.js compiles JavaScript to machine code while it runs: with yes it does not start.
MemoryDenyWriteExecute=no`,
  ).trimEnd();
}

const installSection = `
[Install]
WantedBy=multi-user.target`;
