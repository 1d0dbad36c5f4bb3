import { isIP } from 'node:net';
import type { Value, YamlReader } from '../yaml/yaml-reader.ts';
import type { SiteRobot } from './site.ts';

/** Programs that upload without a token: a list of person, networks and agent. */
export function readRobots(reader: YamlReader, value: Value | undefined): readonly SiteRobot[] {
  return reader.items(value).flatMap((item) => {
    const { person, networks, agent } = reader.members(item, ['person', 'networks', 'agent']);
    for (const [key, given] of Object.entries({ person, networks, agent }))
      if (given === undefined) reader.report(item.line, `${item.name} has no ${key}.`);
    const read = {
      person: person === undefined ? '' : (reader.text(person) ?? ''),
      networks: reader.texts(networks),
      agent: agent === undefined ? '' : (reader.text(agent) ?? ''),
    };
    // Any program could say that it is anybody.
    if (agent !== undefined && read.agent.trim() === '') reader.report(agent.line, `${agent.name} is empty.`);
    if (networks !== undefined && read.networks.length === 0)
      reader.report(networks.line, `${networks.name} names no network.`);
    for (const { text, line } of read.networks)
      if (!isNetwork(text))
        reader.report(line, `${networks!.name}: '${text}' is no address or network, as 10.1.0.0/16.`);
    return [{ ...read, networks: read.networks.map(({ text }) => text) }];
  });
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
