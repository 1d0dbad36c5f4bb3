import { contrast, isColour, leastContrast } from '../../site/colour.ts';
import { defaultAccent } from '../../site/defaults.ts';

/**
 * The colours of both themes, as data so that their contrast can be checked (WCAG 2.2, 1.4.3: 4.5
 * to 1 for text).
 */

export interface Palette {
  /** Behind everything. */
  readonly paper: string;
  /** Behind form fields and quiet panels. */
  readonly shade: string;
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly mark: string;
  readonly bar: string;
  /** Behind the numbers of a facet. */
  readonly share: string;
}

export const palettes = {
  light: {
    paper: '#fcfbf8',
    shade: '#f3f1eb',
    ink: '#1e1d1a',
    muted: '#5e5b54',
    line: '#d9d5cb',
    mark: '#fbeeb4',
    bar: '#c9c4b8',
    share: '#e6e2d8',
  },
  dark: {
    paper: '#1c1e21',
    shade: '#25282c',
    ink: '#e6e4de',
    muted: '#a9a69d',
    line: '#3b3f45',
    mark: '#5a4d12',
    bar: '#565a61',
    share: '#31353b',
  },
} as const satisfies Record<string, Palette>;

type Rgb = readonly [number, number, number];

function channels(colour: string): Rgb {
  const digits = colour.length === 4 ? [...colour.slice(1)].map((digit) => digit + digit).join('') : colour.slice(1);
  const [red, green, blue] = [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16));
  return [red!, green!, blue!];
}

/**
 * The site's accent colour, moved towards ink until text in it can be read on paper and on shade. A
 * colour that is none becomes the default one: the site file's own check has told already.
 */
export function readableAccent(accent: string, palette: Palette): string {
  const start = channels(isColour(accent) ? accent : defaultAccent);
  const ink = channels(palette.ink);
  for (let share = 0; share <= 20; share++) {
    const mixed = start.map((channel, i) => Math.round(channel + ((ink[i]! - channel) * share) / 20));
    const colour = `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
    if (contrast(colour, palette.paper) >= leastContrast && contrast(colour, palette.shade) >= leastContrast)
      return colour;
  }
  return palette.ink;
}

/**
 * The custom properties of both themes: the system's choice counts until the reader's own
 * (data-theme on the root).
 */
export function themeCss(accent: string): string {
  const properties = (palette: Palette): string =>
    [...Object.entries(palette), ['accent', readableAccent(accent, palette)] as const]
      .map(([name, value]) => `--${name}:${value}`)
      .join(';');
  const dark = properties(palettes.dark);
  return (
    `:root{color-scheme:light;${properties(palettes.light)}}\n` +
    `@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${dark}}}\n` +
    `@media screen{:root[data-theme=dark]{color-scheme:dark;${dark}}}\n`
  );
}
