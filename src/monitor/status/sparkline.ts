import { type Html, html } from '../../html/html.ts';

const width = 120;
const height = 28;

/** A small curve of the last minutes, from zero up. */
export function sparkline(values: readonly number[], label: string): Html | false {
  if (values.length < 2) return false;
  const most = Math.max(...values, 0.001);
  const points = values.map((value, at) => {
    const x = (at / (values.length - 1)) * width;
    const y = height - 2 - (value / most) * (height - 4);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return html`<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="${label}, at most ${most.toFixed(1)}"><path d="M0,${height} L${points.join(' L')} L${width},${height} Z"/><polyline points="${points.join(' ')}"/></svg>`;
}
