import { defineErrors } from '../../errors/errors.ts';

export const oaiErrors = defineErrors({
  notOffered: {
    code: 'REPERIO_OAI_NOT_OFFERED',
    status: 404,
    message: 'This library offers nothing to harvesters: its site file has no section `oai`.',
    hint: 'Add `oai: {repository: library.example}` with your own domain name, and apply the site file.',
  },
  noSet: {
    code: 'REPERIO_OAI_NO_SET',
    status: 404,
    message: 'Harvesters know no set {set}.',
    hint: 'The sets are {known}. A set of a new site file is known some seconds after it was applied, while `reperio serve` or `reperio tasks work` runs.',
  },
});
