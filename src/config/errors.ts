import { defineErrors } from '../errors/errors.ts';

export const configErrors = defineErrors({
  settingsWrong: {
    code: 'REPERIO_SETTINGS_WRONG',
    status: 500,
    message: '{count} in the settings:\n{problems}',
    hint: '`reperio config docs` explains every setting; `reperio config check` checks them again.',
  },
  settingUnknown: {
    code: 'REPERIO_SETTING_UNKNOWN',
    status: 404,
    message: 'There is no setting {name}.',
    hint: '{nearest}`reperio config list` shows all of them.',
  },
});
