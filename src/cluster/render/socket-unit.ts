import { isIPv6 } from 'node:net';
import { lines, type RenderedFile } from './rendered-file.ts';
import { socketUnit, statusSocketUnit, type UnitPlan, unitFolder } from './unit-plan.ts';

/** Connections that may wait while the node is restarted. */
const backlog = 4096;

/** The sockets of a web node: systemd holds them, so that they stay while the service restarts. */
export function socketUnits(plan: UnitPlan): readonly RenderedFile[] {
  const readers: SocketUnit = {
    ...{ file: socketUnit, name: 'web', title: 'connections of readers' },
    addresses: plan.addresses,
    port: plan.port,
  };
  const status: SocketUnit = {
    ...{ file: statusSocketUnit, name: 'status', title: 'the state of this node' },
    addresses: ['127.0.0.1'],
    port: plan.statusPort,
  };
  return [readers, ...(plan.statusPort > 0 ? [status] : [])].map((unit) => ({
    path: `${unitFolder}/${unit.file}`,
    text: unitText(plan, unit),
    mode: 0o644,
  }));
}

interface SocketUnit {
  readonly file: string;
  /** How the service knows which is which. */
  readonly name: string;
  readonly title: string;
  readonly addresses: readonly string[];
  readonly port: number;
}

function unitText({ madeBy, release }: UnitPlan, { name, title, addresses, port }: SocketUnit): string {
  const streams = addresses.map((address) => `ListenStream=${isIPv6(address) ? `[${address}]` : address}:${port}`);
  return lines(
    madeBy,
    `
[Unit]
Description=Reperio, a digital library: ${title}
Documentation=file:${release}/docs/operating.md

[Socket]
# systemd listens, and hands the socket to each process of the service that follows another: while the service restarts, or starts again after a crash, connections
# wait here and are answered afterwards. The service needs no right to listen, also below 1024.`,
    streams,
    addresses.includes('::') && ['# IPv4 as well, as Node.js does.', 'BindIPv6Only=both'],
    `Service=reperio-web.service
FileDescriptorName=${name}
# How many may wait; the kernel allows as many as net.core.somaxconn.
Backlog=${backlog}
NoDelay=yes
# At boot the address may come later than this unit.
FreeBind=yes
# A service that cannot start is tried again for each connection that waits: never give up.
TriggerLimitIntervalSec=0

[Install]
WantedBy=sockets.target`,
  );
}
