import { defineCommand } from '../command.ts';
import { completionScript, completionWords } from '../completion.ts';

export const command = defineCommand({
  examples: [
    { command: 'completion bash > ~/.local/share/bash-completion/completions/reperio', doc: 'For bash.' },
    { command: 'completion zsh > ~/.zfunc/_reperio', doc: 'For zsh, with ~/.zfunc in fpath.' },
    { command: 'completion fish > ~/.config/fish/completions/reperio.fish', doc: 'For fish.' },
  ],
  arguments: { shell: { doc: 'Which shell.', choices: ['bash', 'zsh', 'fish'] } },
  options: {},
  run: async ({ arguments: { shell }, commands, stdout }) => {
    stdout.write(completionScript(shell, await completionWords(commands)));
  },
});
