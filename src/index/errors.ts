import { defineErrors } from '../errors/errors.ts';

export const indexErrors = defineErrors({
  notReady: {
    code: 'REPERIO_INDEX_NOT_READY',
    status: 503,
    message: 'The index of this node has not been read yet.',
    hint: 'Wait a moment and try again; "reperio index status" shows the progress.',
  },
  unknownVersions: {
    code: 'REPERIO_INDEX_TOO_NEW',
    status: 500,
    message: 'The index has versions that this release does not know: {inForce}. It knows {known}.',
    hint: 'Use the same release as the other nodes, or take the index back with that release: "reperio index downgrade".',
  },
  nodesBehind: {
    code: 'REPERIO_INDEX_NODES_BEHIND',
    status: 409,
    message: 'These nodes do not know {wanted}: {nodes}.',
    hint: 'Update these nodes first, or use --anyway: then they keep searching the index that they have now.',
  },
  firstNodesRun: {
    code: 'REPERIO_INDEX_FIRST_NODES',
    status: 409,
    message:
      'These nodes run a release that does not check index versions, and would continue to write the index: {nodes}.',
    hint: 'Stop them first, or update them to this release.',
  },
  busy: {
    code: 'REPERIO_INDEX_BUSY',
    status: 409,
    message: 'The index is being written by {holder}.',
    hint: 'Wait until that has finished and try again; searching continues meanwhile.',
  },
});
