import type { Site, SiteRobot } from '../../site/site.ts';
import { type Networks, parseNetworks } from '../limits/networks.ts';

const compiled = new WeakMap<readonly SiteRobot[], readonly Networks[]>();

/** A robot of the site file. Both must fit: anybody can call themselves anything. */
export function robotOf({ robots }: Pick<Site, 'robots'>, address: string, agent: string): SiteRobot | undefined {
  let networks = compiled.get(robots);
  if (networks === undefined) {
    networks = robots.map((robot) => parseNetworks(robot.networks.join(' '), 'robots'));
    compiled.set(robots, networks);
  }
  return robots.find((robot, place) => agent.startsWith(robot.agent) && networks[place]!.includes(address));
}
