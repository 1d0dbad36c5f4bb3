import { defineErrors } from '../errors/errors.ts';

export const clusterErrors = defineErrors({
  wrong: {
    code: 'REPERIO_CLUSTER_WRONG',
    status: 400,
    message: '{file} has {count}:\n{problems}',
    hint: 'Mend these lines and type `reperio cluster check FILE` to look again; docs/cluster.md explains them.',
  },
  unreadable: {
    code: 'REPERIO_CLUSTER_UNREADABLE',
    status: 400,
    message: 'The cluster file {file} cannot be read: {reason}.',
    hint: 'Name a cluster file with --file, or - for standard input; docs/cluster.md has one to begin with.',
  },
  secretsMissing: {
    code: 'REPERIO_CLUSTER_SECRETS_MISSING',
    status: 400,
    message: 'Passwords of the cluster are not where its file says:\n{missing}',
    hint: 'Put them there, or name other places in `passwords` of the cluster file. Without --out none is needed.',
  },
  hostUnknown: {
    code: 'REPERIO_CLUSTER_HOST_UNKNOWN',
    status: 400,
    message: 'The cluster file has no host "{host}".',
    hint: '{nearest}Its hosts are {hosts}.',
  },
  programUnknown: {
    code: 'REPERIO_CLUSTER_PROGRAM_UNKNOWN',
    status: 400,
    message: 'There is no configuration of "{program}" to make.',
    hint: '{nearest}Known are {programs}.',
  },
  nothingToRender: {
    code: 'REPERIO_CLUSTER_NOTHING_TO_RENDER',
    status: 400,
    message: '{where} needs no configuration of {program}.',
    hint: '`reperio cluster show` tells which host has which role; docs/cluster.md what each role gets.',
  },
});
