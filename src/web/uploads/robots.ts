import { UserError } from '../../errors/errors.ts';
import type { Robot } from '../exchange/web-uploads.ts';
import { parseNetworks } from '../limits/networks.ts';
import { uploadErrors } from './errors.ts';

/**
 * The setting `robots`: "inspire=10.1.0.0/16 invenio_webupload, ...". Throws a UserError that names
 * the part that cannot be read.
 */
export function parseRobots(text: string | undefined): readonly Robot[] {
  const parts = (text ?? '').split(',').map((part) => part.trim());
  return parts.filter((part) => part !== '').map(robotIn);
}

function robotIn(part: string): Robot {
  const found = /^([^=\s]+)\s*=\s*(\S+)\s+(\S.*)$/.exec(part);
  if (found === null) throw new UserError(uploadErrors.robotWrong, { part });
  const [, person = '', network = '', agent = ''] = found;
  return { person, networks: parseNetworks(network, 'robots'), agent };
}

/** Both must fit: anybody can call themselves anything. */
export function robotOf(robots: readonly Robot[], address: string, agent: string): Robot | undefined {
  return robots.find((robot) => agent.startsWith(robot.agent) && robot.networks.includes(address));
}
