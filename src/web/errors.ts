import { defineErrors } from '../errors/errors.ts';

export const webErrors = defineErrors({
  portTaken: {
    code: 'REPERIO_PORT_TAKEN',
    status: 500,
    message: 'Something else listens on port {port} of {host} already.',
    hint: 'Choose another with --port or REPERIO_PORT; --port 0 takes a free one.',
  },
  portForbidden: {
    code: 'REPERIO_PORT_FORBIDDEN',
    status: 500,
    message: 'This user may not listen on port {port} of {host}.',
    hint: 'Choose a port above 1023 with --port or REPERIO_PORT, and let a balancer or proxy forward to it.',
  },
  fromElsewhere: {
    code: 'REPERIO_FROM_ELSEWHERE',
    status: 403,
    message: 'This request was made by a page of another site.',
    hint: 'Open the page of this library again and send the form from there.',
  },
  formExpired: {
    code: 'REPERIO_FORM_EXPIRED',
    status: 403,
    message: 'This form is from another session, or the browser keeps no cookies.',
    hint: 'Go back, load the page again, and send the form once more.',
  },
  badToken: {
    code: 'REPERIO_TOKEN_WRONG',
    status: 401,
    message: 'The API token is none of this library, or it has expired.',
    hint: 'Make a new one on the page of your account.',
  },
  hostUnknown: {
    code: 'REPERIO_HOST_UNKNOWN',
    status: 500,
    message: 'This machine has no address {host} to listen on.',
    hint: 'Give --host an address of this machine: 127.0.0.1 for itself alone, 0.0.0.0 for all networks.',
  },
});
