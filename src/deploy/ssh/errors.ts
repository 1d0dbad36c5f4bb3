import { defineErrors } from '../../errors/errors.ts';

export const sshErrors = defineErrors({
  programMissing: {
    code: 'REPERIO_SSH_PROGRAM',
    status: 500,
    message: 'The program {program} is not installed on this machine.',
    hint: 'Install it, for example with `apt install {package}`.',
  },
  hostKeyUnknown: {
    code: 'REPERIO_SSH_HOST_KEY_UNKNOWN',
    status: 502,
    message: 'The host key of {host} is not known on this machine, so nothing was sent to it.',
    hint: 'Run `ssh {login}` once, compare the fingerprint with that of the host, and answer yes.',
  },
  hostKeyChanged: {
    code: 'REPERIO_SSH_HOST_KEY_CHANGED',
    status: 502,
    message: 'The host key of {host} is not the one that this machine knows: it may be another host.',
    hint: 'If the host was reinstalled, run `ssh-keygen -R {address}`, then `ssh {login}` and compare the fingerprint.',
  },
  denied: {
    code: 'REPERIO_SSH_DENIED',
    status: 502,
    message: '{host} refuses the login: {reason}.',
    hint: 'Try `ssh {login} true`. It must work without a question: load the key with `ssh-add`, and put it into authorized_keys there. The entry `user` of `deploy` in cluster.yaml names the user.',
  },
  unreachable: {
    code: 'REPERIO_SSH_UNREACHABLE',
    status: 502,
    message: '{host} cannot be reached by ssh: {reason}.',
    hint: 'Try `ssh {login} true`. The address is that of cluster.yaml unless ~/.ssh/config names another for {host}.',
  },
  chatty: {
    code: 'REPERIO_SSH_CHATTY',
    status: 502,
    message: '{host} writes something at each login before it does what it is told: "{said}".',
    hint: 'rsync and we take it for an answer. Let ~/.bashrc on {host} write only to terminals: put `case $- in *i*) ;; *) return ;; esac` first. `ssh {login} true` must print nothing.',
  },
  lost: {
    code: 'REPERIO_SSH_LOST',
    status: 502,
    message: 'The connection to {host} was lost while {what}: {reason}.',
    hint: 'What ran there may have gone on. Try `ssh {login} true`, then run the command again.',
  },
  tookTooLong: {
    code: 'REPERIO_SSH_TIME',
    status: 504,
    message: 'On {host}, {what} took more than {seconds} s and was ended.',
    hint: 'Log in with `ssh {login}` and look at what keeps it.',
  },
  failed: {
    code: 'REPERIO_SSH_FAILED',
    status: 502,
    message: 'On {host}, {what} failed with status {status}: {said}',
    hint: 'Log in with `ssh {login}` and look there.',
  },
  diskFull: {
    code: 'REPERIO_SSH_DISK_FULL',
    status: 507,
    message: 'The disk of {host} is full: {path} could not be written.',
    hint: 'Free some space there, then run the command again; what was copied is used.',
  },
  copyFailed: {
    code: 'REPERIO_SSH_COPY',
    status: 502,
    message: 'Copying to {host}:{path} failed: {said}',
    hint: 'rsync must be installed there too; try `ssh {login} rsync --version`.',
  },
});
