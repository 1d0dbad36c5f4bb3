/**
 * Which positions a fixed field has. 008 goes by the leader, 006 by its first character, 007 by its
 * category.
 */
export function positionsOf(fixed, tag, value, leader) {
  switch (tag) {
    case 'LDR':
      return fixed.LDR;
    case '008': {
      const material = fixed[materialOf(leader.charAt(6), leader.charAt(7))];
      return {
        ...fixed['008'],
        positions: [...fixed['008'].positions, ...material.positions].sort((a, b) => a.at - b.at),
      };
    }
    case '006': {
      const material = fixed[materialOf(value.charAt(0), 'm')];
      const positions = material.positions.map((one) => ({ ...one, at: one.at - 17 }));
      return { name: `${fixed['006'].name}: ${material.name}`, positions: [...fixed['006'].positions, ...positions] };
    }
    case '007': {
      const more = (value !== '' && fixed[`007${value.charAt(0)}`]) || { positions: [] };
      return { ...fixed['007'], positions: [...fixed['007'].positions, ...more.positions] };
    }
    default:
      return undefined;
  }
}

/**
 * By 06 and 07 of the leader: books, computer files, maps, music, continuing resources, pictures,
 * mixed.
 */
function materialOf(type, level) {
  if (type === 's') return 'CR';
  if ('at'.includes(type)) return type === 'a' && 'bis'.includes(level) ? 'CR' : 'BK';
  if (type === 'm') return 'CF';
  if ('ef'.includes(type)) return 'MP';
  if ('cdij'.includes(type)) return 'MU';
  if ('gkor'.includes(type)) return 'VM';
  return type === 'p' ? 'MX' : 'BK';
}
