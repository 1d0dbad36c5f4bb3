import { defineErrors } from '../errors/errors.ts';

export const clusterErrors = defineErrors({
  wrong: {
    code: 'REPERIO_CLUSTER_WRONG',
    status: 400,
    message: '{file} has {count}:\n{problems}',
    hint: 'Correct these lines, then run `reperio cluster check FILE` again; docs/cluster.md explains the file.',
  },
  unreadable: {
    code: 'REPERIO_CLUSTER_UNREADABLE',
    status: 400,
    message: 'The cluster file {file} cannot be read: {reason}.',
    hint: 'Name a cluster file with --file, or - for standard input; docs/cluster.md has one to start from.',
  },
  secretsMissing: {
    code: 'REPERIO_CLUSTER_SECRETS_MISSING',
    status: 400,
    message: 'Passwords of the cluster are missing from the places named in its file:\n{missing}',
    hint: 'Put them there, or name other places under `passwords` in the cluster file. Without --out, no password is needed.',
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
    message: '"{program}" is not a program that can be rendered.',
    hint: '{nearest}The programs are {programs}.',
  },
  nothingToRender: {
    code: 'REPERIO_CLUSTER_NOTHING_TO_RENDER',
    status: 400,
    message: '{where} needs no configuration of {program}.',
    hint: '`reperio cluster show` shows the role of each host; docs/cluster.md explains what each role needs.',
  },
});
