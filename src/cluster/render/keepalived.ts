import { type Host, hostsWith, type Topology } from '../topology/topology.ts';
import { lines, madeFor, type RenderedFile } from './rendered-file.ts';

const keepalivedFile = '/etc/keepalived/keepalived.conf';
/**
 * Whoever has a lower one waits longer before it takes the address, by up to one advert: 50 ms with
 * these, 90 ms with 140.
 */
const highest = 200;
const step = 10;

/** keepalived 2.2 or newer: who of the balancers has the floating address. Nothing without one. */
export function renderKeepalived(topology: Topology, host: Host): readonly RenderedFile[] {
  const { floatingAddress, network, ports, virtualRouter } = topology;
  if (floatingAddress === undefined) return [];
  const balancers = hostsWith(topology, 'balancer');
  const priority = highest - step * balancers.indexOf(host);
  const peers = balancers.filter((other) => other !== host).map((other) => `        ${other.address}`);
  const text = lines(
    madeFor(topology, host),
    `
global_defs {
    router_id ${host.name}
    vrrp_version 3
    # The script below must not be writable by other users. It does not run as nobody: keepalived 2.2.7 then crashes when it checks its configuration (-t).
    enable_script_security
    script_user root
    # Neighbours are told at once which host has the address, and again after a second, since a packet may be lost.
    vrrp_garp_master_delay 1
    # Five adverts per second must be sent however busy this machine is: otherwise a working balancer loses the address.
    vrrp_rt_priority 20
    # Microseconds that keepalived may run at that priority before the kernel kills it. The usual 10 ms are too few on a slow machine: keepalived was killed
    # while it took the address, and no balancer had the address for seconds (measured).
    vrrp_rlimit_rttime 1000000
}

vrrp_script chk_haproxy {
    # Does HAProxy answer? The interval is in whole seconds. A dead HAProxy refuses the connection at once; the address moves after 1.25 s (measured), most of it
    # this interval. A slow HAProxy has 4 s: moving the address cuts every connection, and the other balancer may be as slow.
    script "/usr/bin/curl -fsS -m 4 -o /dev/null http://127.0.0.1:${ports.haproxy}/haproxy-up"
    interval 1
    timeout 5
    fall 1
    rise 1
}

vrrp_instance library {
    # All balancers start as BACKUP, and none takes the address from a working one (nopreempt): each move loses the requests in flight, so a balancer that
    # comes back waits.
    state BACKUP
    nopreempt
    interface ${host.interface}
    virtual_router_id ${virtualRouter}
    # The working balancer with the highest priority gets the address.
    priority ${priority}
    # Five adverts per second: a balancer that lost power is detected 0.65 s after its last advert.
    advert_int 0.2
    # Adverts go to named peers, since many networks carry no multicast; adverts of other hosts are ignored.
    unicast_src_ip ${host.address}
    unicast_peer {`,
    peers,
    `    }
    virtual_ipaddress {
        ${floatingAddress}/${network.prefix} dev ${host.interface}
    }
    track_script {
        chk_haproxy
    }
}`,
  );
  return [{ path: keepalivedFile, text, mode: 0o644 }];
}
