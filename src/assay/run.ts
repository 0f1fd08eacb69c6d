import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EvidenceError } from '../errors.ts';
import type { Emit } from '../events.ts';
import { download, evidenceFrom, runJob, type Target } from '../target/index.ts';
import { blindness } from './blind.ts';
import { readAssay } from './index.ts';
import type { Assay } from './model.ts';

export interface ScanOptions {
  /** [a-z0-9-]+, unique within the run: `before`, `pass-1`, `final`. */
  name: string;
  workDirectory: string;
  unitPrefix: string;
  /** Paths on the target. */
  contentPath: string;
  tailoringPath: string;
  profile: string;
  /** Put into the ARF as the evaluated target's identifier. */
  run: string;
  /** Rules the profile selects, for the progress shown. */
  selected: number;
  /** Where the compressed ARF goes on this host. */
  localPath: string;
  emit: Emit;
  /** Told how many seconds oscap itself took. */
  onOscap?: (seconds: number) => void;
}

/** 0: all passed, 2: something did not; 1 means that oscap could not evaluate. */
const evaluated = [0, 2];

/** What the agent runs oscap with, too. */
const programs = ['oscap-run-sce-script', 'run-oscap', 'oscap-apt.conf'] as const;
const programFolder = fileURLToPath(new URL('../../provisioners/agent/libexec/', import.meta.url));

// The content was verified by its digest on arrival, so oscap need not validate it against its schemas again.
// oscap finds the runner of scripts by its name.
const evaluate = String.raw`
chmod 0700 "$7"/*
export PATH="$7:$PATH"
read -r began _ </proc/uptime
OSCAP_EVALUATION_TARGET=$6 sh "$7/run-oscap" xccdf eval --progress --skip-validation --profile "$3" --tailoring-file "$2" --results-arf "$4" "$1"
code=$?
read -r ended _ </proc/uptime
printf 'took %s %s\n' "$began" "$ended"
case $code in 0 | 2) gzip -n -4 <"$4" >"$5.part" && mv "$5.part" "$5" && rm -f "$4" || exit 74 ;; esac
exit $code
`;

async function scriptWithPrograms(): Promise<string> {
  const texts = await Promise.all(programs.map(async (name) => `cat >"$7/${name}" <<'END-OF-PROGRAM'\n${await readFile(join(programFolder, name), 'utf8')}END-OF-PROGRAM\n`));
  return `set -u\numask 077\nmkdir -p "$7"\n${texts.join('')}${evaluate}`;
}

export const remoteArf = (workDirectory: string, name: string): string => `${workDirectory}/${name}.arf.xml.gz`;

/**
 * One assay: `oscap xccdf eval` inside the target, detached; its ARF fetched and read.
 * @throws EvidenceError `oscap-missing`, `oscap-stalled`, `oscap-failed`, `oscap-blind`, and what reading the ARF throws
 * @throws TargetError `target-disk-full`
 */
export async function scan(target: Target, options: ScanOptions): Promise<Assay> {
  const arf = `${options.workDirectory}/${options.name}.arf.xml`;
  let done = 0;
  const result = await runJob(target, options.workDirectory, options.unitPrefix, {
    name: `assay-${options.name}`,
    script: await scriptWithPrograms(),
    args: [options.contentPath, options.tailoringPath, options.profile, arf, remoteArf(options.workDirectory, options.name), options.run, `${options.workDirectory}/bin`],
    timeoutSeconds: 3600,
    answers: evaluated,
    onLine: (line) => {
      const took = /^took ([\d.]+) ([\d.]+)$/.exec(line);
      if (took !== null) options.onOscap?.(Number(took[2]) - Number(took[1]));
      if (!/^\S+:[a-z]+$/.test(line)) return;
      // More than all of them come when oscap stalled and began again.
      done = Math.min(done + 1, options.selected);
      options.emit({ type: 'status', message: `${done}/${options.selected} rules` });
    },
  });
  if (result.exitCode === 124) throw evidenceFrom('oscap-stalled', `${target.name}: oscap stalled three times`, result);
  if (result.exitCode === 127) throw evidenceFrom('oscap-missing', `${target.name}: there is no oscap to run`, result);
  const blind = blindness(result.stderr);
  if (blind !== undefined) throw new EvidenceError('oscap-blind', `${target.name}: oscap cannot tell which packages are installed: ${blind}`, { cause: result.stderr });
  if (!evaluated.includes(result.exitCode)) throw evidenceFrom('oscap-failed', `${target.name}: oscap could not evaluate`, result);
  await download(target, remoteArf(options.workDirectory, options.name), options.localPath);
  return readAssay(options.localPath);
}
