import { EvidenceError, TargetError } from '../errors.ts';
import { LineReader } from './lines.ts';
import type { Target } from './target.ts';

export interface Job {
  /** [a-z0-9-]+, unique within the run. */
  name: string;
  /** Bash; runs as root, detached from any login. */
  script: string;
  args?: readonly string[];
  /** The machine itself ends the job after this time. */
  timeoutSeconds: number;
  /** Each complete line of stdout, as it comes, exactly once, also across dropped connections. */
  onLine?: (line: string) => void;
}

export interface JobResult {
  exitCode: number;
  /** The end of stderr, at most 8 kB. */
  stderr: string;
}

const endMark = '\u001e';

const start = String.raw`
set -eu
dir=$1 unit=$2 limit=$3; shift 3
[ -s "$dir/pid" ] && exit 0
cat >"$dir/wrapper" <<'END'
dir=$1; shift
cd "$dir"
echo $$ >pid.part && mv pid.part pid
bash ./script "$@" </dev/null >>out 2>>err
code=$?
echo "$code" >exit.part && mv exit.part exit
printf '\036%s\n' "$code" >>out
END
: >>"$dir/out"
# A shell started by the unit must find what a root login finds.
systemd-run --quiet --unit="$unit" --collect --property=RuntimeMaxSec="$limit" --property=OOMPolicy=continue \
  --setenv=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --setenv=HOME=/root --setenv=LC_ALL=C.UTF-8 \
  -- /bin/sh "$dir/wrapper" "$dir" "$@"
i=0
until [ -s "$dir/pid" ]; do
  i=$((i + 1)); [ "$i" -lt 600 ] || exit 1
  sleep 0.05
done
`;

// tail ends by itself when the job's process is gone, so a job that was killed does not hang us.
const follow = 'exec tail -c "+$2" -s 0.5 -f --pid="$(cat "$1/pid")" "$1/out" 2>/dev/null';

const outcome = 'cat "$1/exit" 2>/dev/null || echo lost; tail -c 8192 "$1/err" 2>/dev/null || :';

/**
 * Runs a job detached inside the target (a transient systemd unit) and follows its output.
 * A dropped connection, a restarted sshd or a changed firewall does not end it: we come back to it.
 * @throws TargetError `job-start`, `job-lost` (killed, out of memory, out of time), or when the target stays away
 */
export async function runJob(target: Target, workDirectory: string, unitPrefix: string, job: Job): Promise<JobResult> {
  const directory = `${workDirectory}/jobs/${job.name}`;
  const placed = await target.run('set -eu; mkdir -p "$1"; umask 077; cat >"$1/script.part"; mv "$1/script.part" "$1/script"', { args: [directory], input: job.script });
  if (placed.exitCode !== 0) throw spaceOr('job-start', `${target.name}: could not place the job ${job.name}`, placed.stderr);
  const started = await target.run(start, { args: [directory, `${unitPrefix}-${job.name}`, String(job.timeoutSeconds), ...(job.args ?? [])] });
  if (started.exitCode !== 0) throw spaceOr('job-start', `${target.name}: could not start the job ${job.name}`, started.stderr);

  const state = { ended: false };
  const hasEnded = (): boolean => state.ended;
  const lines = new LineReader((line) => {
    if (line.startsWith(endMark)) state.ended = true;
    else job.onLine?.(line);
  });
  while (!hasEnded()) {
    const stop = new AbortController();
    lines.restart();
    const whole = await target.stream(follow, [directory, String(lines.consumed + 1)], (chunk) => {
      lines.push(chunk);
      if (hasEnded()) stop.abort();
    }, stop.signal);
    if (hasEnded()) break;
    if (whole) {
      // The reader ended without the end mark: either the job died, or it ended between two reads.
      const rest = await target.run('tail -c "+$2" "$1/out"', { args: [directory, String(lines.consumed + 1)] });
      lines.restart();
      lines.push(Buffer.from(rest.stdout));
      break;
    }
    await target.reconnect(reconnectSeconds);
  }
  const [code = 'lost', ...stderr] = (await target.run(outcome, { args: [directory] })).stdout.split('\n');
  if (!/^\d+$/.test(code)) {
    throw new TargetError('job-lost', `${target.name}: the job ${job.name} was killed before its end (out of memory, or over its ${job.timeoutSeconds} s)`, {
      subject: target.name,
      cause: stderr.join('\n'),
    });
  }
  return { exitCode: Number(code), stderr: stderr.join('\n') };
}

/** A machine that does not answer for this long during a job is lost. */
const reconnectSeconds = 180;

/** A full disk hides behind many messages; name it. */
export function spaceOr(code: string, message: string, stderr: string): TargetError {
  return /No space left on device|Disk quota exceeded/i.test(stderr)
    ? new TargetError('target-disk-full', `${message}: the disk is full`, { cause: stderr })
    : new TargetError(code, `${message}: ${stderr.trim()}`, { cause: stderr });
}

/** For callers that read evidence out of a job. */
export function evidenceFrom(code: string, message: string, result: JobResult): EvidenceError {
  const words = result.stderr.trim().split('\n').slice(-3).join('; ');
  return new EvidenceError(code, `${message} (exit ${result.exitCode})${words === '' ? '' : `: ${words}`}`, { cause: result.stderr });
}
