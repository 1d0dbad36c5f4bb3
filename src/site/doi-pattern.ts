import type { DoiSettings } from './site.ts';

/** DOIs that this library makes: nobody else gives one of them to a record. */
export function reservedDois({ prefix, pattern }: Pick<DoiSettings, 'prefix' | 'pattern'>): RegExp {
  const text = pattern
    .split(/(\{prefix\}|\{year\}|\{n\})/)
    .map((part) =>
      part === '{prefix}' ? literal(prefix) : part === '{year}' ? '\\d{4}' : part === '{n}' ? '\\d+' : literal(part),
    )
    .join('');
  return new RegExp(`^${text}$`, 'i');
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** Numbers count up apart for each of these: what a DOI is but for its number. */
export function doiScope({ prefix, pattern }: Pick<DoiSettings, 'prefix' | 'pattern'>, year: number): string {
  return pattern.replace('{prefix}', prefix).replaceAll('{year}', String(year));
}

export function doiOfScope(scope: string, number: number): string {
  return scope.replace('{n}', String(number));
}
