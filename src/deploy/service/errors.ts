import { defineErrors } from '../../errors/errors.ts';

export const serviceErrors = defineErrors({
  inHome: {
    code: 'REPERIO_SERVICE_IN_HOME',
    status: 400,
    message: 'The service cannot see the folder of a person, and {what} is {path}.',
    hint: 'Put {what} elsewhere, for example in {example}, and run this again.',
  },
  hostNoAddress: {
    code: 'REPERIO_SERVICE_HOST',
    status: 400,
    message: 'The setting `host` is "{host}", and systemd listens on addresses only.',
    hint: 'Write an address of this machine into {file}, for example host: 127.0.0.1, or 0.0.0.0 for all.',
  },
  portAny: {
    code: 'REPERIO_SERVICE_PORT',
    status: 400,
    message: 'The setting `port` is 0, any free port, and systemd needs one that stays.',
    hint: 'Write a port into {file}, for example port: 8080.',
  },
  userUnknown: {
    code: 'REPERIO_SERVICE_USER',
    status: 400,
    message: 'There is no user {user} on this machine.',
    hint: 'Make it: useradd --system --user-group --home-dir {data} --shell /usr/sbin/nologin {user}. Or name another with --user.',
  },
  notRoot: {
    code: 'REPERIO_SERVICE_NOT_ROOT',
    status: 403,
    message: '{folder} cannot be written: {reason}.',
    hint: 'Run this as root; `reperio service show` prints the units.',
  },
});
