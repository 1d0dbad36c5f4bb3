import { defineErrors } from '../errors/errors.ts';

export const knowledgeErrors = defineErrors({
  noBase: {
    code: 'REPERIO_KNOWLEDGE_NONE',
    status: 404,
    message: 'There is no knowledge base {name}{meant}.',
    hint: 'List them with "reperio kb list", or at /kb.',
  },
  baseThere: {
    code: 'REPERIO_KNOWLEDGE_THERE',
    status: 409,
    message: 'There is a knowledge base {name} already.',
    hint: 'Give another name.',
  },
  nameWrong: {
    code: 'REPERIO_KNOWLEDGE_NAME',
    status: 422,
    message:
      'A knowledge base needs a name of at most {most} characters, without a slash; "new" and "export" are taken.',
    hint: 'Give a short name, such as "journals".',
  },
  ofSite: {
    code: 'REPERIO_KNOWLEDGE_OF_SITE',
    status: 409,
    message: 'The knowledge base {name} is written in the site file.',
    hint: 'Change it there, or write "{name}: library" there and keep it here.',
  },
  inUse: {
    code: 'REPERIO_KNOWLEDGE_IN_USE',
    status: 409,
    message: 'The site file uses the knowledge base {name}.',
    hint: 'Take it out of the site file first.',
  },
  notWritten: {
    code: 'REPERIO_KNOWLEDGE_KIND',
    status: 409,
    message: 'The knowledge base {name} is {kind}, so {what}.',
    hint: 'Entries are written in written ones; a taxonomy is imported as a whole; a dynamic one has the values of records.',
  },
  entryWrong: {
    code: 'REPERIO_KNOWLEDGE_ENTRY',
    status: 422,
    message: 'The entry cannot be kept: {reason}.',
    hint: 'A key has 1 to {key} characters, a value at most {value}, both without line breaks.',
  },
  noEntry: {
    code: 'REPERIO_KNOWLEDGE_NO_ENTRY',
    status: 404,
    message: 'The knowledge base {name} has no key "{key}".',
    hint: 'Look at it with "reperio kb show".',
  },
  moved: {
    code: 'REPERIO_KNOWLEDGE_MOVED',
    status: 409,
    message: 'Somebody has changed the key "{key}" meanwhile.',
    hint: 'Look at it again.',
  },
  definition: {
    code: 'REPERIO_KNOWLEDGE_DEFINITION',
    status: 422,
    message: 'The knowledge base cannot be defined so: {reason}.',
    hint: 'A dynamic one has a MARC path, such as 100__u, and a question; other kinds have neither.',
  },
  placeWrong: {
    code: 'REPERIO_KNOWLEDGE_PLACE',
    status: 422,
    message: '"{place}" names no subfield.',
    hint: 'Give a tag and a subfield code, such as 773p or 773__p.',
  },
  fileWrong: {
    code: 'REPERIO_KNOWLEDGE_FILE',
    status: 422,
    message: 'The file cannot be read as {format}: {reason}.',
    hint: 'CSV has a key and a value in each row; SKOS is RDF in XML; kbr has lines such as key---value.',
  },
});
