/** WCAG 2.2, success criterion 1.4.3, for text of ordinary size. */
export const leastContrast = 4.5;

const hexadecimal = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

export function isColour(text: string): boolean {
  return hexadecimal.test(text);
}

/** Contrast ratio, 1 to 21, of two colours written #rgb or #rrggbb. */
export function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** WCAG 2.2, "relative luminance". */
function luminance(colour: string): number {
  const digits = colour.length === 4 ? [...colour.slice(1)].map((digit) => digit + digit).join('') : colour.slice(1);
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
