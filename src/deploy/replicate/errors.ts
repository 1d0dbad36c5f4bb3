import { defineErrors } from '../../errors/errors.ts';

export const replicateErrors = defineErrors({
  noNode: {
    code: 'REPERIO_NODE_NO_ROLE',
    status: 400,
    message: '{host} has neither the role web nor worker in the cluster file, so it runs no Reperio.',
    hint: 'Give it a role in cluster.yaml; for other roles docs/cluster.md says what to install.',
  },
  unfit: {
    code: 'REPERIO_NODE_UNFIT',
    status: 409,
    message: 'Nothing was changed, since this stands in the way on {host}:\n{obstacles}',
    hint: 'Repair these, then run the command again; with --dry-run it only looks.',
  },
  noRelease: {
    code: 'REPERIO_NODE_NO_RELEASE',
    status: 404,
    message: 'There is no release to bring to {host}: {problem}.',
    hint: 'Name a node that runs one with --from, or a release of this machine with --release; scripts/release makes one.',
  },
  otherRelease: {
    code: 'REPERIO_NODE_OTHER_RELEASE',
    status: 409,
    message: 'Release {given} was named, and {peer} runs {there}.',
    hint: 'Add the node with the release of the others, then deploy with `reperio deploy run {given}`.',
  },
  peerSilent: {
    code: 'REPERIO_NODE_PEER',
    status: 409,
    message: 'Nothing can be taken from {peer}: {problem}.',
    hint: 'Name another node with --from, or leave it out.',
  },
  streamFailed: {
    code: 'REPERIO_NODE_STREAM',
    status: 502,
    message: 'Copying {what} from {peer} to {host} broke off: {said}.',
    hint: 'Run the command again: what has arrived whole is used.',
  },
  filesDiffer: {
    code: 'REPERIO_NODE_FILES_DIFFER',
    status: 409,
    message: 'On {host}, files of release {version} are not as its manifest says: {files}.',
    hint: 'Run the command again. If that is no help, `reperio release verify` at the place that they came from says more.',
  },
  startFailed: {
    code: 'REPERIO_NODE_START',
    status: 503,
    message: '{host} has everything, and its service does not start: {said}',
    hint: 'Repair that (`journalctl -u {unit}` on {host}), then run the command again. A database that does not let the node in gets its access rules with --apply.',
  },
  lastNode: {
    code: 'REPERIO_NODE_LAST',
    status: 409,
    message: '{host} is the only host with the role {role}.',
    hint: 'Add another one first: `reperio node add HOST`. To end the library, stop its services by hand.',
  },
});
