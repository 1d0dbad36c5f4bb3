import { defineErrors } from '../errors/errors.ts';

/**
 * {record} is "Record 5 (001 abc)": the position in the input, counted from 1, and the 001 where
 * one could be read. Paths, and records a format cannot hold, have no position.
 */
export const marcErrors = defineErrors({
  path: {
    code: 'REPERIO_MARC_PATH',
    status: 400,
    message: '"{path}" is not a MARC path: {reason}.',
    hint: 'Write a tag, two indicators (_ for blank) and a subfield code, such as 245__a; a beginning, such as 24%; or positions, such as 008/07-10.',
  },
  grows: {
    code: 'REPERIO_RECORD_GROWS',
    status: 422,
    message: 'The actions would make a record of more than {most} {what}.',
    hint: 'Look for an action that copies or repeats what another one has made.',
  },
  format: {
    code: 'REPERIO_MARC_FORMAT',
    status: 400,
    message: 'The input begins with {start}, which is not MARCXML, ISO 2709, MARC-in-JSON or text MARC.',
    hint: 'Give a file in one of these formats, plain or compressed with gzip.',
  },
  empty: {
    code: 'REPERIO_MARC_EMPTY',
    status: 400,
    message: 'The input is empty.',
    hint: 'Give at least one MARC record.',
  },
  gzip: {
    code: 'REPERIO_MARC_GZIP',
    status: 400,
    message: '{record} and all records after it are missing, because the compressed input is damaged: {reason}.',
    hint: 'Check it with "gzip -t" and fetch it again.',
  },
  encoding: {
    code: 'REPERIO_MARC_ENCODING',
    status: 400,
    message: 'The XML document declares the unknown encoding "{encoding}".',
    hint: 'Convert it to UTF-8, for example with "iconv -f {encoding} -t UTF-8", and declare that.',
  },
  encodingName: {
    code: 'REPERIO_MARC_ENCODING_NAME',
    status: 400,
    message: 'There is no encoding "{encoding}".',
    hint: 'Use utf-8, marc-8, windows-1252, iso-8859-2, windows-1251, utf-16le, shift_jis, gbk or another name of the WHATWG list.',
  },
  notInFormat: {
    code: 'REPERIO_MARC_ENCODING_FORMAT',
    status: 400,
    message: 'The input is {format}, which is never in MARC-8.',
    hint: 'MARC-8 is for ISO 2709 and text MARC. Leave --encoding out, or name another one.',
  },
  entities: {
    code: 'REPERIO_MARC_ENTITIES',
    status: 400,
    message: '{record} and all records after it are refused, because the document declares XML entities of its own.',
    hint: 'Remove the DOCTYPE and write the characters themselves: "xmllint --noent FILE" does that for trusted files.',
  },
  tooLarge: {
    code: 'REPERIO_MARC_TOO_LARGE',
    status: 413,
    message: '{record} is larger than {limit} bytes.',
    hint: 'Look for a missing end of record before it, or split the record.',
  },
  cutOff: {
    code: 'REPERIO_MARC_CUT_OFF',
    status: 400,
    message: '{record} is cut off: {reason}.',
    hint: 'Fetch the file again, or complete the record; the records before it are whole.',
  },
  xml: {
    code: 'REPERIO_MARC_XML',
    status: 400,
    message: '{record} is not well-formed XML: {reason}.',
    hint: 'Correct the markup; "xmllint --noout FILE" shows the line.',
  },
  utf8: {
    code: 'REPERIO_MARC_UTF8',
    status: 400,
    message: '{record} should be UTF-8, but its byte {offset} ({byte}, after {before}) is not.',
    hint: 'Name its real encoding, for example with --encoding windows-1252, or convert the file to UTF-8.',
  },
  notMarc8: {
    code: 'REPERIO_MARC_NOT_MARC8',
    status: 400,
    message:
      '{record} says in its leader that it is MARC-8, but its byte {offset} ({byte}) is not. As windows-1252 it reads {sample}.',
    hint: 'Load it with --encoding windows-1252 if that reads right, or with --encoding marc-8 to read it as MARC-8 anyway.',
  },
  shape: {
    code: 'REPERIO_MARC_SHAPE',
    status: 400,
    message: '{record} is not a MARC record: {reason}.',
    hint: 'Correct the record and load it again.',
  },
  noMarc: {
    code: 'REPERIO_MARC_NONE',
    status: 400,
    message: '{record} holds no MARC: {reason}.',
    hint: 'Give a file of MARCXML. If it is an answer of an OAI-PMH server, ask for a MARC format: metadataPrefix=marc21.',
  },
  oai: {
    code: 'REPERIO_MARC_OAI',
    status: 400,
    message: '{record} is missing: the OAI-PMH server answered {said}.',
    hint: 'Correct the request and harvest again.',
  },
  noFields: {
    code: 'REPERIO_MARC_NO_FIELDS',
    status: 400,
    message: '{record} has no fields.',
    hint: 'Leave it out, or give it fields.',
  },
  badTag: {
    code: 'REPERIO_MARC_TAG',
    status: 400,
    message: '{record} has a field with the tag {tag}: a tag is three letters or digits.',
    hint: 'Correct the tag of field number {number}.',
  },
  badIndicator: {
    code: 'REPERIO_MARC_INDICATOR',
    status: 400,
    message: '{record} has the indicator {indicator} in field {tag}: an indicator is one printable ASCII character.',
    hint: 'Correct field number {number}; write a blank for an undefined indicator.',
  },
  badCode: {
    code: 'REPERIO_MARC_CODE',
    status: 400,
    message: '{record} has the subfield code {subfield} in field {tag}: a code is one printable ASCII character.',
    hint: 'Correct field number {number}.',
  },
  wrongKind: {
    code: 'REPERIO_MARC_FIELD_KIND',
    status: 400,
    message: '{record} has a field {tag} that is {is}; that tag stands for {should}.',
    hint: 'Tags 001 to 009 are control fields, 010 to 999 data fields. Correct field number {number}.',
  },
  directory: {
    code: 'REPERIO_MARC_DIRECTORY',
    status: 400,
    message: '{record} has a wrong directory: {reason}.',
    hint: 'Export the record again: ISO 2709 holds fields up to 9,999 bytes, longer ones need MARCXML.',
  },
  json: {
    code: 'REPERIO_MARC_JSON',
    status: 400,
    message: '{record} is not JSON: {reason}.',
    hint: 'Correct the JSON; fields are {"001":"..."} or {"245":{"ind1":"1","ind2":"0","subfields":[{"a":"..."}]}}.',
  },
  line: {
    code: 'REPERIO_MARC_LINE',
    status: 400,
    message: '{record} has a line that is not text MARC: {line}.',
    hint: 'Write lines such as "000000001 245__ $$aTitle" or "=245  10$aTitle".',
  },
  cannotHold: {
    code: 'REPERIO_MARC_CANNOT_HOLD',
    status: 422,
    message: '{record} cannot be written as ISO 2709: {reason}.',
    hint: 'Ask for MARCXML or JSON instead.',
  },
});
