import { showRate } from '../../gate/index.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** 0–1 as `99.41 %`, cut and not rounded: it never reads higher than it is. */
export function percent(rate: number): string {
  const [whole = '0', decimals = ''] = showRate(rate, 4).split('.');
  if (whole !== '0') return `${whole}00 %`;
  const digits = decimals.padEnd(4, '0');
  return `${Number(digits.slice(0, 2))}.${digits.slice(2)} %`;
}

/** ISO 8601 as `23 Nov 2026, 17:39 UTC`; anything else as it is. */
export function moment(iso: string): string {
  const date = new Date(iso);
  if (iso === '' || Number.isNaN(date.getTime())) return iso;
  return `${day(date.toISOString())}, ${date.toISOString().slice(11, 16)} UTC`;
}

/** The day of an ISO date as `23 Nov 2026`. */
export function day(iso: string): string {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)/.exec(iso) ?? [];
  return year === undefined ? iso : `${Number(date)} ${months[Number(month) - 1] ?? ''} ${year}`;
}

/** `1.4 MB`, decimal as file managers show it. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  return count < 1e6 ? `${(count / 1e3).toFixed(1)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

/** `1 rule`, `2 rules`. */
export function count(many: number, one: string, more = `${one}s`): string {
  return `${many} ${many === 1 ? one : more}`;
}
