import type { Host, Topology } from '../topology/topology.ts';
import { lines, madeFor, type RenderedFile } from './rendered-file.ts';
import { secretsFile, settingsFile } from './settings.ts';

const unitFile = '/etc/systemd/system/reperio-web.service';
const lowestFree = 1024;

/** The unit of a web node. Indexing is done by the same process today, so there are no units for tasks or followers. */
export function renderSystemd(topology: Topology, host: Host): readonly RenderedFile[] {
  if (!host.roles.includes('web')) return [];
  const text = lines(
    madeFor(topology, host),
    unitSection(topology),
    serviceSection(topology),
    sandbox(topology),
    installSection,
  );
  return [{ path: unitFile, text, mode: 0o644 }];
}

function unitSection({ release }: Topology): string {
  return `
[Unit]
Description=Reperio, a digital library: web node
Documentation=file:${release}/docs/operating.md
Wants=network-online.target
After=network-online.target
# Never give up: a database that is away for an hour comes back too.
StartLimitIntervalSec=0`;
}

function serviceSection({ user, release, data }: Topology): string {
  return `
[Service]
# The service says itself when it answers requests, so that \`systemctl restart\` ends when it does, by systemd-notify: a child of the main process (NotifyAccess=all).
Type=notify
NotifyAccess=all
User=${user}
Group=${user}
Environment=REPERIO_DATA=${data}
Environment=REPERIO_CONFIG=${settingsFile}
# DATABASE_URL with its password; read by systemd before it becomes ${user}, so only root needs to see it.
EnvironmentFile=${secretsFile}
# By the name of the link: a reload looks where it points then, and takes the code of the new release.
ExecStart=${release}/bin/reperio serve
# Code and settings again, without a refused or cut connection.
ExecReload=/bin/kill -HUP $MAINPID
# The main process alone is told to stop, and its workers by it: it answers 404 at /health/ready until the balancers have seen it (5 s at most), then 35 s are
# left for what has come. Only then is anything killed.
KillSignal=SIGTERM
KillMode=mixed
TimeoutStopSec=50
# A node with an empty disk fetches the whole index before it is ready.
TimeoutStartSec=15min
# Longer than \`worker-silence\` (30 s), after which a worker that hangs is replaced: this is for when the main process hangs, or no worker can be made.
WatchdogSec=90
Restart=always
RestartSec=1
# Two for each request that waits behind a slow database, and the files of the index.
LimitNOFILE=65536
# A heap of a gigabyte is nothing to keep on every crash; the log says what happened.
LimitCORE=0
# Under memory pressure readers come before everything else of this machine but the kernel.
OOMScoreAdjust=-100`;
}

function sandbox({ data, files, ports }: Topology): string {
  const isState = /^\/var\/lib\/[^/]+$/.test(data);
  const binds = ports.web < lowestFree;
  return lines(
    `
# What it cannot do, it cannot be made to do.
NoNewPrivileges=yes
ProtectSystem=strict
# Its index, and documents; a folder that is not there is left out (-).`,
    isState
      ? [`StateDirectory=${data.slice('/var/lib/'.length)}`, 'StateDirectoryMode=0750']
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
UMask=0027
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
