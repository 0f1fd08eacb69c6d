/**
 * A rate as text that never reads higher than the rate is: cut after `digits` decimals, not rounded,
 * so that 0.97999 is never shown as 0.98.
 */
export function showRate(rate: number, digits = 5): string {
  const text = String(rate);
  if (text.includes('e')) return '0'; // below 1e-6: cut, that is nothing
  const point = text.indexOf('.');
  return point === -1 ? text : text.slice(0, point + 1 + digits);
}
