import { defineErrors } from '../../errors/errors.ts';

export const alertErrors = defineErrors({
  noGateway: {
    code: 'REPERIO_NO_SMS_GATEWAY',
    status: 500,
    message: 'The text message to {to} cannot be sent: the setting `sms-gateway` is not set.',
    hint: 'Give the setting `sms-gateway` a value, for example spool:/var/spool/sms/outgoing for smstools.',
  },
  gatewayRefused: {
    code: 'REPERIO_SMS_REFUSED',
    status: 502,
    message: 'The gateway for text messages did not take the message to {to}: {reason}.',
    hint: 'Look into the log of the gateway; `reperio alert test --recipient sms:{to}` tries again.',
  },
  denied: {
    code: 'REPERIO_ALERTS_DENIED',
    status: 403,
    message: 'This user may not read the alerts of this node: {reason}.',
    hint: 'Be root or the user of the service, as with `sudo -u reperio reperio alert list`.',
  },
  noAlert: {
    code: 'REPERIO_NO_ALERT',
    status: 404,
    message: 'There is no alert "{name}".',
    hint: '`reperio alert list` lists them; "all" means each of them.',
  },
  timeWrong: {
    code: 'REPERIO_TIME_WRONG',
    status: 400,
    message: '"{text}" is not a time.',
    hint: "Write it as 'Mon 03:00', '2026-12-24 03:00' or 2026-12-24T03:00:00Z.",
  },
  durationWrong: {
    code: 'REPERIO_DURATION_WRONG',
    status: 400,
    message: '"{text}" is not a length of time.',
    hint: 'Write it as 30min, 2h or 3d.',
  },
  silenceLong: {
    code: 'REPERIO_SILENCE_LONG',
    status: 400,
    message: 'A silence of {text} is too long: it lasts 30 days at most.',
    hint: 'Silence it for 30d, and repair what it is about.',
  },
  noCheck: {
    code: 'REPERIO_NO_CHECK',
    status: 404,
    message: 'There is no check "{name}" whose alerts could be silent.',
    hint: 'Write the name of a check, as `reperio check all` shows them, with @ and a node for one node only; "all" means each of them.',
  },
  recipientWrong: {
    code: 'REPERIO_RECIPIENT_WRONG',
    status: 400,
    message: '"{text}" is not a recipient: {reason}.',
    hint: 'Write an e-mail address, or sms: and a telephone number that begins with + and the country code.',
  },
});
