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
    # The script below must not be one that others can change. Not as nobody: keepalived 2.2.7 kills itself then when asked to check (-t).
    enable_script_security
    script_user root
    # Neighbours are told at once who has the address now, and again after a second, since a packet may be lost.
    vrrp_garp_master_delay 1
    # Five adverts a second must leave however busy this machine is: else the address is taken from a balancer that is well.
    vrrp_rt_priority 20
    # Microseconds it may work at that priority before the kernel kills it. The usual 10 ms are too few on a slow machine: it died while it took the address, and nobody had that for
    # seconds (measured).
    vrrp_rlimit_rttime 1000000
}

vrrp_script chk_haproxy {
    # Does HAProxy answer? Whole seconds only; a dead HAProxy refuses at once and costs 1.25 s (measured), most of it this interval. One that is slow, on a machine that is,
    # has 4 s: giving the address away cuts every connection, to another balancer that may be as slow.
    script "/usr/bin/curl -fsS -m 4 -o /dev/null http://127.0.0.1:${ports.haproxy}/haproxy-up"
    interval 1
    timeout 5
    fall 1
    rise 1
}

vrrp_instance library {
    # Everybody begins as BACKUP and nobody takes the address from one who is well (nopreempt): each move costs the requests in flight, so the one that
    # comes back waits.
    state BACKUP
    nopreempt
    interface ${host.interface}
    virtual_router_id ${virtualRouter}
    # The highest of those that are well gets the address.
    priority ${priority}
    # Five a second: a balancer without power is missed 0.65 s after its last one.
    advert_int 0.2
    # To named peers, since many networks carry no multicast; no stranger is heard then, either.
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
