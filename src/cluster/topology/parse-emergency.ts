import { type Duty, parseEmergency } from '../../config/emergency.ts';
import { timeZoneProblem } from '../../config/sms-gateway.ts';
import type { Value, YamlReader } from '../../yaml/yaml-reader.ts';
import type { EmergencyPlan } from './topology.ts';
import { readForm } from './values.ts';

const address = /^[^\s@"'\\]+@[^\s@"'\\]+$/;
const server = /^[A-Za-z0-9.-]+:\d{1,5}$/;

/** Who is told when something is wrong, for the nodes and for Alertmanager. */
export function readEmergency(reader: YamlReader, value: Value | undefined): EmergencyPlan | undefined {
  if (value === undefined) return undefined;
  const members = reader.members(value, ['recipients', 'time-zone', 'mail-server', 'mail-from']);
  if (members.recipients === undefined) reader.report(value.line, `${value.name} has no recipients.`);
  if (members['mail-from'] === undefined) reader.report(value.line, `${value.name} has no mail-from.`);
  const zone = members['time-zone'];
  const timeZone = zone === undefined ? 'UTC' : (reader.text(zone) ?? 'UTC');
  const problem = timeZoneProblem(timeZone);
  if (problem !== undefined) reader.report(zone?.line ?? value.line, `${zone?.name} ${problem}.`);
  return {
    duties: readDuties(reader, members.recipients),
    timeZone,
    mailServer: readForm(
      reader,
      members['mail-server'],
      server,
      'a host and a port, such as mail.example:25',
      'localhost:25',
    ),
    mailFrom: readForm(reader, members['mail-from'], address, 'an e-mail address', 'library@localhost'),
  };
}

/** A map as the setting `emergency` has it: what is wrong is told with its line. */
function readDuties(reader: YamlReader, value: Value | undefined): readonly Duty[] {
  return reader.entries(value).flatMap((entry) => {
    const recipients = reader.texts(entry).map(({ text }) => text);
    const { duties, problem } = parseEmergency(`${entry.key} = ${recipients.join(', ')}`);
    if (problem !== undefined) reader.report(entry.line, `${entry.name}: ${problem.reason}.`);
    return duties;
  });
}
