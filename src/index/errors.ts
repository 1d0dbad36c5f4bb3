import { defineErrors } from '../errors/errors.ts';

export const indexErrors = defineErrors({
  notReady: {
    code: 'REPERIO_INDEX_NOT_READY',
    status: 503,
    message: 'The index of this node has not been read yet.',
    hint: 'Wait a moment and try again; "reperio index status" says how far it is.',
  },
  busy: {
    code: 'REPERIO_INDEX_BUSY',
    status: 409,
    message: 'The index is being written by {holder}.',
    hint: 'Wait until it is done and try again; searching goes on meanwhile.',
  },
});
