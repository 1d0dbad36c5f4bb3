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
  parameterWrong: {
    code: 'REPERIO_PARAMETER_WRONG',
    status: 400,
    message: 'The parameter {name} {reason}.',
    hint: 'The parameters of each address are listed at /api.',
  },
  questionTooLong: {
    code: 'REPERIO_QUESTION_TOO_LONG',
    status: 414,
    message: 'The question is too long: {length} characters, at most {most}.',
    hint: 'Ask for less at once: several questions find what a long one does, recid:1->500 names many records, and a * stands for many words.',
  },
  cursorWrong: {
    code: 'REPERIO_CURSOR_WRONG',
    status: 400,
    message: 'The cursor does not belong to this question.',
    hint: 'Follow the address in "next" as it is, or start again without a cursor.',
  },
  apiUnknown: {
    code: 'REPERIO_API_UNKNOWN',
    status: 404,
    message: 'There is nothing at {path}.',
    hint: 'All addresses of the API are listed at /api.',
  },
  apiMethod: {
    code: 'REPERIO_API_METHOD',
    status: 405,
    message: '{method} is not possible for {path}.',
    hint: 'This address answers {allowed}.',
  },
  apiNoRecord: {
    code: 'REPERIO_API_NO_RECORD',
    status: 404,
    message: 'There is no record {id} here.',
    hint: 'It may never have been given out, or not be open to you.',
  },
  apiDeleted: {
    code: 'REPERIO_API_DELETED',
    status: 410,
    message: 'Record {id} was deleted on {date}.',
    hint: 'Look for another version of it with /api/search.',
  },
  apiMerged: {
    code: 'REPERIO_API_MERGED',
    status: 410,
    message: 'Record {id} was merged into {other}.',
    hint: 'Ask for /api/records/{other}.',
  },
  internal: {
    code: 'REPERIO_INTERNAL',
    status: 500,
    message: 'The server could not answer. The fault is noted under number {id}.',
    hint: 'Try again in a minute. When it stays so, tell the library the number.',
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
