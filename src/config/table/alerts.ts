import { emergencyProblem } from '../emergency.ts';
import { smsGatewayProblem, timeZoneProblem, webAddressProblem } from '../sms-gateway.ts';
import type { SettingDefinition } from './definition.ts';

export const alertsSettings = {
  emergency: {
    name: 'emergency',
    environment: 'REPERIO_EMERGENCY',
    type: 'text',
    map: true,
    default: undefined,
    problem: emergencyProblem,
    change: 'reload',
    doc: 'Who is told when something is wrong, by windows of the week; in the file a map, in the environment one text: Sunday 22:00-06:00 = sms:+41761111111; 06:00-18:00 = team@library.example, ada@library.example; * = john@library.example. A window belongs to the day on which it begins, and * means always. The address of `admin` in the site file always gets an e-mail. See docs/alerts.md.',
    defaultDoc: 'nobody but the address of `admin` in the site file',
  },
  timeZone: {
    name: 'time-zone',
    environment: 'REPERIO_TIME_ZONE',
    type: 'text',
    // That of the machine. To ask for its name takes longer than all other settings together.
    default: undefined,
    problem: timeZoneProblem,
    change: 'reload',
    doc: 'The time zone of the windows of `emergency`, and of the times and windows of jobs, such as Europe/Zurich.',
    defaultDoc: 'the time zone of the machine',
  },
  smsGateway: {
    name: 'sms-gateway',
    environment: 'REPERIO_SMS_GATEWAY',
    type: 'text',
    default: undefined,
    problem: smsGatewayProblem,
    secret: true,
    change: 'reload',
    doc: 'How text messages are sent: spool:/var/spool/sms/outgoing (smstools), mail:{to}@email2sms.example, command:/usr/bin/gammu-smsd-inject TEXT {to} -text {text}, or https://sms.example/send?to={to}&text={text}; what follows the address after a blank is sent by POST, as JSON or as a form.',
    defaultDoc: 'none: no text messages are sent',
  },
  heartbeatUrl: {
    name: 'heartbeat-url',
    environment: 'REPERIO_HEARTBEAT_URL',
    type: 'text',
    default: undefined,
    problem: webAddressProblem,
    secret: true,
    change: 'reload',
    doc: 'An address of a service elsewhere that is requested each minute while alerts can be sent, and that raises the alarm when these requests stop.',
    defaultDoc: 'none',
  },
} as const satisfies Readonly<Record<string, SettingDefinition>>;
