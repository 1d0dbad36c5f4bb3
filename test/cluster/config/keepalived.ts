import { floatingAddress, type HostFile, haproxyPort } from './plan.ts';

export const keepalivedFile = '/etc/keepalived/keepalived.conf';

export interface Balancer {
  readonly name: string;
  readonly address: string;
  readonly peer: string;
  readonly priority: number;
}

/**
 * Without script security: in a user namespace the machine's files belong to nobody, and keepalived
 * would trust none of them.
 */
export function keepalivedFiles({ name, address, peer, priority }: Balancer): readonly HostFile[] {
  const text = `
global_defs {
    router_id ${name}
    vrrp_version 3
    script_user root
    vrrp_garp_master_delay 1
    vrrp_rt_priority 20
    vrrp_rlimit_rttime 1000000
}
vrrp_script haproxy {
    script "/usr/bin/curl -fsS -m 4 -o /dev/null http://127.0.0.1:${haproxyPort}/haproxy-up"
    interval 1
    timeout 5
    fall 1
    rise 1
}
vrrp_instance library {
    state BACKUP
    nopreempt
    interface eth0
    virtual_router_id 51
    priority ${priority}
    advert_int 0.2
    unicast_src_ip ${address}
    unicast_peer {
        ${peer}
    }
    virtual_ipaddress {
        ${floatingAddress}/16 dev eth0
    }
    track_script {
        haproxy
    }
}
`;
  return [{ path: keepalivedFile, text, mode: 0o644 }];
}
