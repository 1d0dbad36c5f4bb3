import { defineErrors } from '../errors/errors.ts';

export const indexErrors = defineErrors({
  notReady: {
    code: 'REPERIO_INDEX_NOT_READY',
    status: 503,
    message: 'The index of this node has not been read yet.',
    hint: 'Wait a moment and try again; "reperio index status" says how far it is.',
  },
  unknownVersions: {
    code: 'REPERIO_INDEX_TOO_NEW',
    status: 500,
    message: 'The index is made in a way that this release does not know: {inForce}. It knows {known}.',
    hint: 'Use the release that the other nodes have, or let that one go back: "reperio index downgrade".',
  },
  nodesBehind: {
    code: 'REPERIO_INDEX_NODES_BEHIND',
    status: 409,
    message: 'These nodes do not know {wanted}: {nodes}.',
    hint: 'Give them the newer release first, or say --anyway: they then stay at what they have now.',
  },
  firstNodesRun: {
    code: 'REPERIO_INDEX_FIRST_NODES',
    status: 409,
    message: 'These nodes run a release that looks at no versions, and would go on working on the index: {nodes}.',
    hint: 'Stop them first, or wait until they have this release.',
  },
  busy: {
    code: 'REPERIO_INDEX_BUSY',
    status: 409,
    message: 'The index is being written by {holder}.',
    hint: 'Wait until it is done and try again; searching goes on meanwhile.',
  },
});
