import { ConfigurationError } from '../../errors.ts';
import type { Platform } from '../platform/index.ts';
import { asConfiguration } from './failure.ts';

/** `/etc/cupel/scanner.conf`. */
export interface Configuration {
  /** How many compressed ARFs are kept. */
  keep: number;
  /** Metrics with one series per rule. */
  everyRule: boolean;
  /** A second copy of the metrics, for node_exporter's textfile collector; `source` is `file:line` of the setting. */
  textfile: { path: string; source: string } | undefined;
}

const defaults: Configuration = { keep: 7, everyRule: false, textfile: undefined };
const limit = 65_536;
const code = 'scanner-conf-invalid';
const remedy = 'docs/agent.md says what may stand there';

/**
 * Lines `name = value`; `#` begins a comment. No file means what is said by default.
 * @throws ConfigurationError `scanner-conf-invalid`, naming file and line
 */
export function readConfiguration({ files }: Platform, path: string): Configuration {
  if (files.look(path) === undefined) return defaults;
  const text = asConfiguration(code, remedy, () => files.readText(path, limit));
  const configuration = { ...defaults };
  const seen = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    const [content = ''] = line.split('#');
    if (content.trim() === '') continue;
    const [, name = '', value = ''] = /^\s*([a-z_]+)\s*=\s*(.*?)\s*$/.exec(content) ?? [];
    const source = `${path}:${index + 1}`;
    const wrong = (what: string): ConfigurationError => new ConfigurationError(code, `${source}: ${what}`, { subject: source, remedy });
    if (name !== '' && seen.has(name)) throw wrong(`"${name}" stands here a second time`);
    seen.add(name);
    switch (name) {
      case 'keep':
        if (!/^[1-9]\d{0,2}$/.test(value)) throw wrong(`keep is a number from 1 to 999, not "${value}"`);
        configuration.keep = Number(value);
        break;
      case 'every_rule':
        if (value !== 'yes' && value !== 'no') throw wrong(`every_rule is yes or no, not "${value}"`);
        configuration.everyRule = value === 'yes';
        break;
      case 'textfile':
        if (!/^\/.*\.prom$/.test(value)) throw wrong(`textfile is an absolute path that ends in .prom, not "${value}"`);
        configuration.textfile = { path: value, source };
        break;
      default: throw wrong(name === '' ? 'this is no line "name = value"' : `"${name}" is not a setting; there are keep, every_rule and textfile`);
    }
  }
  return configuration;
}
