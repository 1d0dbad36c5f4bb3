import { type AnyCommand, type CommandTable, isGroup } from './command.ts';

/**
 * After which words what may come: "" -> commands, "db" -> its commands, "db migrate" -> its
 * options.
 */
export type CompletionWords = Readonly<Record<string, readonly string[]>>;

export async function completionWords(commands: CommandTable): Promise<CompletionWords> {
  const words: Record<string, readonly string[]> = {
    '': ['help', ...Object.keys(commands)],
    help: Object.keys(commands),
  };
  for (const [name, { load }] of Object.entries(commands)) {
    const { command } = await load();
    if (!isGroup(command)) {
      words[name] = wordsOf(command);
      continue;
    }
    words[name] = Object.keys(command.commands);
    for (const [inner, definition] of Object.entries(command.commands)) words[`${name} ${inner}`] = wordsOf(definition);
  }
  return words;
}

function wordsOf({ arguments: definitions, options }: AnyCommand): readonly string[] {
  const [first] = Object.values(definitions);
  return [...(first?.choices ?? []), ...Object.keys(options).map((name) => `--${name}`), '--help'];
}

/** What is no option is completed as a file by the shell itself. */
export function completionScript(shell: string, words: CompletionWords): string {
  if (shell === 'fish') return fishScript(words);
  const cases = Object.entries(words).map(([after, next]) => `    '${after}') choices='${next.join(' ')}' ;;`);
  const choose = `  case "$1" in\n${cases.join('\n')}\n    *) choices='' ;;\n  esac`;
  return shell === 'zsh' ? zshScript(choose) : bashScript(choose);
}

function bashScript(choose: string): string {
  return `_reperio_words() {
${choose}
}
_reperio() {
  local choices current="\${COMP_WORDS[COMP_CWORD]}" first="\${COMP_WORDS[1]}" second="\${COMP_WORDS[2]}"
  if [ "$COMP_CWORD" -le 1 ]; then first='' second=''; fi
  if [ "$COMP_CWORD" -le 2 ]; then second=''; fi
  _reperio_words "$first\${second:+ $second}"
  if [ -z "$choices" ]; then _reperio_words "$first"; fi
  COMPREPLY=($(compgen -W "$choices" -- "$current"))
}
complete -o default -F _reperio reperio
`;
}

function zshScript(choose: string): string {
  return `#compdef reperio
_reperio_words() {
${choose}
}
_reperio() {
  local choices first="\${words[2]}" second="\${words[3]}"
  if (( CURRENT <= 2 )); then first='' second=''; fi
  if (( CURRENT <= 3 )); then second=''; fi
  _reperio_words "$first\${second:+ $second}"
  if [[ -z "$choices" ]]; then _reperio_words "$first"; fi
  compadd -- \${=choices}
  _files
}
compdef _reperio reperio
`;
}

function fishScript(words: CompletionWords): string {
  const lines = Object.entries(words).map(([after, next]) => {
    const [first, second] = after.split(' ');
    const seen = [first, second].filter((word) => word).map((word) => `; and __fish_seen_subcommand_from ${word}`);
    const condition = after === '' ? '__fish_use_subcommand' : `true${seen.join('')}`;
    return `complete -c reperio -n '${condition}' -a '${next.join(' ')}'`;
  });
  return `${lines.join('\n')}\n`;
}
