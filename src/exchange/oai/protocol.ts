/**
 * Requests of OAI-PMH 2.0 (https://www.openarchives.org/OAI/openarchivesprotocol.html, 4 and 3.6):
 * which verb has which arguments, and the errors of them. Pure.
 */
import { type Bounds, readBounds } from './dates.ts';

export type ErrorCode =
  | 'badVerb'
  | 'badArgument'
  | 'badResumptionToken'
  | 'cannotDisseminateFormat'
  | 'idDoesNotExist'
  | 'noMetadataFormats'
  | 'noRecordsMatch'
  | 'noSetHierarchy';

export interface ProtocolError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** What was asked. `given`: the arguments as they came, which an answer repeats. */
export type OaiRequest = { readonly given: Readonly<Record<string, string>> } & (
  | { readonly verb: 'Identify' }
  | { readonly verb: 'ListMetadataFormats'; readonly identifier: string | undefined }
  | { readonly verb: 'ListSets'; readonly token: string | undefined }
  | { readonly verb: 'GetRecord'; readonly identifier: string; readonly prefix: string }
  | { readonly verb: ListVerb; readonly token: string }
  | {
      readonly verb: ListVerb;
      readonly token: undefined;
      readonly prefix: string;
      readonly set: string | undefined;
      readonly bounds: Bounds;
    }
);

export type ListVerb = 'ListIdentifiers' | 'ListRecords';

const listArguments = ['from', 'until', 'set', 'metadataPrefix', 'resumptionToken'];
/** All arguments of each verb. */
const verbs: Readonly<Record<OaiRequest['verb'], readonly string[]>> = {
  Identify: [],
  ListMetadataFormats: ['identifier'],
  ListSets: ['resumptionToken'],
  GetRecord: ['identifier', 'metadataPrefix'],
  ListIdentifiers: listArguments,
  ListRecords: listArguments,
};

/** Reads what an address or a form says. */
export function readRequest(args: URLSearchParams): OaiRequest | ProtocolError {
  const asked = args.getAll('verb');
  const [name = ''] = asked;
  if (asked.length !== 1 || !Object.hasOwn(verbs, name)) {
    const known = `The verbs are ${Object.keys(verbs).join(', ')}.`;
    if (asked.length === 0) return { code: 'badVerb', message: `The argument verb is missing. ${known}` };
    if (asked.length > 1) return { code: 'badVerb', message: 'The argument verb is given more than once.' };
    return { code: 'badVerb', message: `There is no verb "${name.slice(0, 40)}". ${known}` };
  }
  const verb = name as OaiRequest['verb'];
  const given: Record<string, string> = {};
  for (const [key, value] of args) {
    if (key !== 'verb' && !verbs[verb].includes(key)) return bad(`${verb} has no argument "${key.slice(0, 40)}".`);
    if (Object.hasOwn(given, key)) return bad(`The argument ${key} is given more than once.`);
    given[key] = value;
  }
  return readArguments(verb, given);
}

function readArguments(verb: OaiRequest['verb'], given: Readonly<Record<string, string>>): OaiRequest | ProtocolError {
  const { identifier, metadataPrefix: prefix, resumptionToken: token, set, from, until } = given;
  switch (verb) {
    case 'Identify':
      return { verb, given };
    case 'ListMetadataFormats':
      return { verb, given, identifier };
    case 'ListSets':
      return { verb, given, token };
    case 'GetRecord':
      if (identifier === undefined) return bad('GetRecord needs the argument identifier.');
      if (prefix === undefined) return bad('GetRecord needs the argument metadataPrefix.');
      return { verb, given, identifier, prefix };
    default: {
      if (token !== undefined) {
        if (Object.keys(given).length > 2) return bad('resumptionToken is given alone, without other arguments.');
        return { verb, given, token };
      }
      if (prefix === undefined) return bad(`${verb} needs the argument metadataPrefix.`);
      const bounds = readBounds(from, until);
      return typeof bounds === 'string' ? bad(bounds) : { verb, given, token: undefined, prefix, set, bounds };
    }
  }
}

function bad(message: string): ProtocolError {
  return { code: 'badArgument', message };
}
