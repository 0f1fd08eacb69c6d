import { type MetricsOptions, renderMetrics, renderTextfile, type SeenFile } from '../metrics/index.ts';
import { isSystemError, type Platform } from '../platform/index.ts';
import type { ScanResult } from '../result.ts';
import type { Found } from './complete.ts';
import type { Configuration } from './configuration.ts';
import type { Store } from './store.ts';

/**
 * Puts what a scan left in its place. The textfile comes after that: it lies on a file system of its own, and what goes
 * wrong there is a warning, since the result holds.
 * @param found nothing when the scan failed
 * @returns the result as it was kept
 * @throws SystemError when it cannot be kept
 */
export function commit(platform: Platform, store: Store, result: ScanResult, found: Found | undefined, configuration: Configuration | undefined): ScanResult {
  const options: MetricsOptions = configuration?.everyRule === true && found !== undefined ? { everyRule: found.assay.rules.filter((rule) => rule.result !== 'notselected') } : {};
  const sources = (found?.subject.files ?? []).flatMap((path) => seen(platform, 'baseline', path));
  const report = seen(platform, 'report', store.arf, found?.arf);
  // A report that was taken away before a scan failed is still missed.
  if (report.length === 0 && result.report !== null) report.push({ role: 'report', path: store.arf, size: 0, modified: 0 });
  const files = put(platform, store, result, result, [...report, ...sources], options, () => {
    if (found === undefined) return;
    const remediation = store.prepare(store.remediation, found.remediation, 0o700);
    store.keepArf(found.arf, `${result.scan.started.replace(/[-:]|\.\d+/g, '')}-${found.verdict.run.slice(0, 8)}`, configuration?.keep ?? 1);
    platform.files.replace(remediation, store.remediation);
  });
  const warning = writeTextfile(platform, configuration?.textfile, () => renderTextfile(result, files, options));
  if (warning === undefined) return result;
  const warned = { ...result, warnings: [...result.warnings, warning] };
  try {
    // The metrics count the warnings that are of ignore lists.
    put(platform, store, warned, result, [...report, ...sources], options);
  } catch (error) {
    // The result that was put there holds without the warning, which whoever started the scan reads.
    if (!isSystemError(error)) throw error;
  }
  return warned;
}

/**
 * Everything is written beside its place before anything is put there; the metrics come last, since they name the others.
 * @param measured what the metrics are drawn from
 * @param between puts the rest in place, once result and metrics are written
 * @returns what the metrics name
 */
function put(platform: Platform, store: Store, result: ScanResult, measured: ScanResult, others: readonly SeenFile[], options: MetricsOptions, between: () => void = () => undefined): SeenFile[] {
  const resultFile = store.prepare(store.result, `${JSON.stringify(result, null, 2)}\n`, 0o600);
  const files = [...seen(platform, 'report', store.result, resultFile), ...others];
  const metricsFile = store.prepare(store.metrics, renderMetrics(measured, files, options), 0o644);
  between();
  platform.files.replace(resultFile, store.result);
  platform.files.replace(metricsFile, store.metrics);
  return files;
}

/** @param now where the file lies until it is put there */
function seen(platform: Platform, role: SeenFile['role'], path: string, now = path): SeenFile[] {
  const facts = platform.files.look(now);
  return facts === undefined ? [] : [{ role, path, size: facts.size, modified: facts.modified }];
}

/** @returns why it could not be written */
function writeTextfile({ files }: Platform, textfile: Configuration['textfile'], render: () => string): string | undefined {
  if (textfile === undefined) return undefined;
  try {
    files.write(textfile.path, render(), 0o644);
    return undefined;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return `${textfile.source}: textfile: ${textfile.path} cannot be written (${error.code}): its folder must be there and take new files`;
  }
}
