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
  networkWrong: {
    code: 'REPERIO_NETWORK_WRONG',
    status: 500,
    message: '{text} in the setting {setting} is neither an address nor a network.',
    hint: 'Write a list as 127.0.0.1, 10.0.0.0/8, 2001:db8::/32.',
  },
  tooManyRequests: {
    code: 'REPERIO_TOO_MANY_REQUESTS',
    status: 429,
    message: 'Too many requests came from this network.',
    hint: 'Ask again in {seconds} s, and then more slowly. Whole collections come in one request (see docs/formats.md).',
  },
  tooManyExports: {
    code: 'REPERIO_TOO_MANY_EXPORTS',
    status: 503,
    message: 'Other exports are being written, or another one for this network.',
    hint: 'Ask again in {seconds} s. One export at a time is the fastest way to many records.',
  },
});
