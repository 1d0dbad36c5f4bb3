import { rooms } from './rooms.ts';

const begin = '<!-- rooms: written by npm run docs -->';
const end = '<!-- end of rooms -->';

/** docs/ARCHITECTURE.md with the table of rooms as it is declared. */
export function withRooms(page: string): string {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`docs/ARCHITECTURE.md has no ${begin} ... ${end}`);
  return `${before}${begin}\n\n${table()}\n\n${end}${after}`;
}

function table(): string {
  const rows = Object.entries(rooms).map(
    ([name, room]) => `| \`${name}\` | ${room.for} | ${room.notFor} | ${room.imports.join(', ')} |`,
  );
  return ['| room | for | not for | imports |', '|---|---|---|---|', ...rows].join('\n');
}
